import { Recent } from './recent.ts';

/** How long an entry may be wrong should a notice be lost in a way that the connection does not show. */
const trustedMs = 5_000;

/**
 * What every request asks about (sessions, clients), kept in memory for a few seconds. `trusted` says whether notices of
 * changes reach this process now; while they do not, every question goes to the database.
 */
export class LiveCache<Value> {
  readonly #entries = new Recent<{ value: Value; until: number }>(20_000);
  readonly #asked = new Map<string, Promise<Value | null>>();
  readonly #trusted: () => boolean;
  /** Grows with every forgetting: an answer asked for before it must not be kept after it. */
  #forgotten = 0;

  constructor(trusted: () => boolean) {
    this.#trusted = trusted;
  }

  async get(id: string, ask: () => Promise<Value | null>): Promise<Value | null> {
    if (!this.#trusted()) {
      this.forgetAll();
      return ask();
    }
    const entry = this.#entries.get(id);
    if (entry && entry.until > Date.now()) return entry.value;
    const asked = this.#asked.get(id) ?? this.#askOnce(id, ask);
    return asked;
  }

  forgetWhere(test: (value: Value) => boolean): void {
    this.#forget();
    this.#entries.deleteWhere((entry) => test(entry.value));
  }

  forget(id: string): void {
    this.#forget();
    this.#entries.delete(id);
  }

  forgetAll(): void {
    this.#forget();
    this.#entries.clear();
  }

  #forget(): void {
    this.#forgotten += 1;
    this.#asked.clear();
  }

  #askOnce(id: string, ask: () => Promise<Value | null>): Promise<Value | null> {
    const forgotten = this.#forgotten;
    const answer = ask().then((value) => {
      if (forgotten === this.#forgotten) {
        this.#asked.delete(id);
        if (value !== null) this.#entries.set(id, { value, until: Date.now() + trustedMs });
      }
      return value;
    });
    // A failed question is asked again by the next caller.
    answer.catch(() => this.#asked.delete(id));
    this.#asked.set(id, answer);
    return answer;
  }
}
