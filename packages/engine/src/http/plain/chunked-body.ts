import { ProtocolError } from './protocol-error.ts';

/** Of a line with the size of a chunk and its extensions, or of a trailer. */
const maxLineBytes = 4_096;
const maxTrailers = 100;
const sizeLine = /^([\da-f]{1,8})[ \t]*(?:;.*)?$/i;
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Takes the pieces of a chunked body apart as they come.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-7.1
 */
export class ChunkedBody {
  #state: 'size' | 'data' | 'data end' | 'trailers' | 'over' = 'size';
  #missing = 0;
  #line = '';
  #trailers = 0;

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /**
   * Reads what has come.
   *
   * @param take is given each piece of the body, a view that is good only while it runs
   * @returns how many bytes belonged to the body: fewer than there are when it is over
   * @throws ProtocolError
   */
  read(bytes: Buffer, take: (piece: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && this.#state !== 'over') {
      if (this.#state === 'data') {
        const piece = bytes.subarray(at, at + this.#missing);
        take(piece);
        at += piece.length;
        this.#missing -= piece.length;
        if (this.#missing === 0) this.#state = 'data end';
        continue;
      }
      const end = bytes.indexOf(newline, at);
      const upTo = end < 0 ? bytes.length : end + 1;
      this.#line += bytes.toString('latin1', at, upTo);
      at = upTo;
      if (this.#line.length > maxLineBytes)
        throw new ProtocolError('a line of a chunked body that is too long');
      if (end >= 0) this.#endLine();
    }
    return at;
  }

  #endLine(): void {
    const { length } = this.#line;
    if (length < 2 || this.#line.charCodeAt(length - 2) !== carriageReturn) {
      throw new ProtocolError('a line of a chunked body without its end');
    }
    const line = this.#line.slice(0, -2);
    this.#line = '';
    if (this.#state === 'data end') {
      if (line !== '') throw new ProtocolError('a chunk that is longer than its size');
      this.#state = 'size';
    } else if (this.#state === 'size') this.#beginChunk(line);
    else if (line === '') this.#state = 'over';
    else if (++this.#trailers > maxTrailers) throw new ProtocolError('too many trailers');
  }

  #beginChunk(line: string): void {
    const size = sizeLine.exec(line)?.[1];
    if (size === undefined) throw new ProtocolError('a chunk without a size');
    this.#missing = Number.parseInt(size, 16);
    this.#state = this.#missing === 0 ? 'trailers' : 'data';
  }
}
