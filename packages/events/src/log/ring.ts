import type { LogEntry } from './log-reader.ts';

/** The last entries of a log, to serve short absences without asking Redis. */
export class Ring {
  readonly #capacity: number;
  #entries: LogEntry[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds the entry that follows the last one. */
  push(entry: LogEntry): void {
    // Places are counted in it, so it begins anew where the positions leap.
    if (entry.previous !== entry.position - 1) this.clear();
    this.#entries.push(entry);
    // Cut seldom and in bulk: shifting an array of this size at every event would cost more than the spare memory.
    if (this.#entries.length >= this.#capacity * 2) this.#entries = this.#entries.slice(-this.#capacity);
  }

  /**
   * All entries after `position`.
   *
   * @returns null when the ring does not reach back that far, or has nothing newer; an empty ring covers nothing
   */
  after(position: number): LogEntry[] | null {
    const first = this.#entries[0];
    const last = this.#entries.at(-1);
    if (!first || !last || position + 1 < first.position || position >= last.position) return null;
    return this.#entries.slice(position + 1 - first.position);
  }

  clear(): void {
    this.#entries = [];
  }
}
