/** Reads along what a client says to its database, to know when an answer would be the news of finished work. */
export class Statements {
  #prepared = new Map<string, string>();
  #inTransaction = false;

  /** True when the chunk asks for something that, once answered, is lasting: a COMMIT, or a write outside a transaction. */
  finishesWork(chunk: Buffer): boolean {
    const said = this.#textOf(chunk.toString('latin1'));
    const opens = /\b(begin|start\s+transaction)\b/i.test(said);
    const ends = /\b(commit|rollback)\b/i.test(said);
    const writes = /\b(insert|update|delete|merge|replace|call)\b/i.test(said);
    const lasting = /\bcommit\b/i.test(said) || (writes && !this.#inTransaction && !opens);
    this.#inTransaction = (this.#inTransaction || opens) && !ends;
    return lasting;
  }

  // Postgres sends the text of a prepared statement once (Parse), and from then on only its name (Bind).
  #textOf(chunk: string): string {
    for (const [, name = '', text = ''] of chunk.matchAll(/P[^]{4}([^\0]*)\0([^\0]+)\0/g))
      this.#prepared.set(name, text);
    const bound = [...chunk.matchAll(/B[^]{4}[^\0]*\0([^\0]*)\0/g)].map(
      ([, name = '']) => this.#prepared.get(name) ?? '',
    );
    return [chunk, ...bound].join('\n');
  }
}
