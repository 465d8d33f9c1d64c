const numberMark = '"number":';
const timeMark = ',"publishedAt":"';
const longestMark = 64;

/**
 * Finds the events in what one subscriber gets and checks that each comes once and in order. Reads no more of them than
 * their last two fields: thousands of subscribers share one process, which must cost less than the server.
 */
export class EventReader {
  readonly #onEvent: (number: number, publishedAtUs: number) => void;
  #last: number | undefined;
  #rest = '';

  constructor(onEvent: (number: number, publishedAtUs: number) => void) {
    this.#onEvent = onEvent;
  }

  /** @throws Error when an event is missing or comes again */
  read(chunk: string): void {
    const text = this.#rest + chunk;
    let from = 0;
    for (;;) {
      const start = text.indexOf(numberMark, from);
      if (start < 0) {
        this.#rest = text.slice(Math.max(from, text.length - numberMark.length + 1));
        return;
      }
      const comma = text.indexOf(timeMark, start);
      const end = comma < 0 ? -1 : text.indexOf('"', comma + timeMark.length);
      if (end < 0) {
        this.#rest = text.slice(start);
        if (this.#rest.length > longestMark + chunk.length) throw new Error(`no event: ${this.#rest}`);
        return;
      }
      this.#take(
        Number(text.slice(start + numberMark.length, comma)),
        Number(text.slice(comma + timeMark.length, end)),
      );
      from = end;
    }
  }

  #take(number: number, publishedAtUs: number): void {
    if (this.#last !== undefined && number !== this.#last + 1) {
      throw new Error(`event ${number} came after event ${this.#last}`);
    }
    this.#last = number;
    this.#onEvent(number, publishedAtUs);
  }
}
