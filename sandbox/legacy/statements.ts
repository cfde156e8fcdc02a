/** Reads along what a client says to its database, to know when an answer would be the news of finished work. */
export class Statements {
  #prepared = new Map<string, string>();
  #inTransaction = false;

  /** True when the chunk asks for something that, once answered, is lasting: a COMMIT, or a write outside a transaction. */
  finishesWork(chunk: Buffer): boolean {
    const said = [chunk.toString('latin1'), ...this.#boundTexts(chunk)].join('\n');
    const opens = /\b(begin|start\s+transaction)\b/i.test(said);
    const ends = /\b(commit|rollback)\b/i.test(said);
    const writes = /\b(insert|update|delete|merge|replace|call)\b/i.test(said);
    const lasting = /\bcommit\b/i.test(said) || (writes && !this.#inTransaction && !opens);
    this.#inTransaction = (this.#inTransaction || opens) && !ends;
    return lasting;
  }

  // Postgres sends the text of a prepared statement once (Parse), and from then on only its name (Bind).
  // What is no Postgres message (MySQL, the start-up packet) does not fit the framing and ends the walk.
  #boundTexts(chunk: Buffer): string[] {
    const texts: string[] = [];
    for (let at = 0; at + 5 <= chunk.length; ) {
      const kind = String.fromCharCode(chunk[at] ?? 0);
      const length = chunk.readInt32BE(at + 1);
      if (length < 4) break;
      const [first = '', second = ''] = chunk.toString('latin1', at + 5, at + 1 + length).split('\0', 2);
      if (kind === 'P') this.#prepared.set(first, second);
      if (kind === 'B') texts.push(this.#prepared.get(second) ?? '');
      at += 1 + length;
    }
    return texts;
  }
}
