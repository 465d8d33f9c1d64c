/** The body of an answer: sent once as text, which saves a copy, and several times as bytes, which are made once. */
export class AnswerBody {
  readonly text: string;
  #bytes: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text);
    return this.#bytes;
  }
}
