import { AnswerTooLarge } from '../subgraph-failure.ts';
import type { HttpAnswer } from '../wire.ts';
import { ChunkedBody } from './chunked-body.ts';
import { ProtocolError } from './protocol-error.ts';
import { parseResponseHead, type ResponseHead } from './response-head.ts';

/** As much as Node accepts itself. */
const maxHeadBytes = 16 << 10;
const endOfHead = '\r\n\r\n';

/** Reads one response after the other from the bytes of a connection, one for each request. */
export class ResponseReader {
  readonly #maxBodyBytes: number;
  #head: ResponseHead | undefined;
  /** Bytes that are kept: of a head, or of a body, that has not come whole. */
  #kept: Buffer[] = [];
  #size = 0;
  #chunked: ChunkedBody | undefined;
  #keepAliveMs: number | undefined = 0;

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** For how long the connection may be used again after the last answer, as the other side says; 0: not at all. */
  get keepAliveMs(): number | undefined {
    return this.#keepAliveMs;
  }

  /**
   * Reads what has come.
   *
   * @param bytes a view that is good only for now
   * @returns the answer once it is whole
   * @throws ProtocolError, also for anything that comes after the answer; AnswerTooLarge
   */
  read(bytes: Buffer): HttpAnswer | undefined {
    let rest = bytes;
    while (!this.#head) {
      const afterHead = this.#readHead(rest);
      if (!afterHead) return undefined;
      rest = afterHead;
    }
    const { framing } = this.#head;
    if (framing.kind === 'length') return this.#readLength(rest, framing.length);
    if (framing.kind === 'chunked') return this.#readChunked(rest);
    this.#keep(rest);
    return undefined;
  }

  /** The connection has ended: the answer, when that is how its end is told. */
  end(): HttpAnswer | undefined {
    return this.#head?.framing.kind === 'close' ? this.#finish(Buffer.concat(this.#kept)) : undefined;
  }

  /** Gives what is left of the bytes after the head; undefined when the head has not come whole. */
  #readHead(bytes: Buffer): Buffer | undefined {
    const whole = this.#kept.length > 0 ? Buffer.concat([...this.#kept, bytes]) : bytes;
    const end = whole.indexOf(endOfHead, 0, 'latin1');
    if (end < 0 ? whole.length > maxHeadBytes : end > maxHeadBytes)
      throw new ProtocolError('a head without end');
    if (end < 0) {
      this.#kept = [Buffer.from(whole)];
      return undefined;
    }
    this.#kept = [];
    const head = parseResponseHead(whole.toString('latin1', 0, end));
    const rest = whole.subarray(end + endOfHead.length);
    if (head.status === 101) throw new ProtocolError('another protocol, which was not asked for');
    // What comes before the answer, such as early hints, is nothing to us.
    if (head.status < 200) return rest.length > 0 ? this.#readHead(rest) : undefined;
    if (head.framing.kind === 'length') this.#checkSize(head.framing.length);
    if (head.framing.kind === 'chunked') this.#chunked = new ChunkedBody();
    this.#head = head;
    return rest;
  }

  #readLength(bytes: Buffer, length: number): HttpAnswer | undefined {
    const missing = length - this.#size;
    if (bytes.length > missing) throw new ProtocolError('more than the answer');
    if (bytes.length < missing) {
      this.#keep(bytes);
      return undefined;
    }
    // Mostly an answer comes in one piece and is never copied.
    return this.#finish(this.#kept.length === 0 ? bytes : Buffer.concat([...this.#kept, bytes]));
  }

  #readChunked(bytes: Buffer): HttpAnswer | undefined {
    const used = this.#chunked!.read(bytes, (piece) => this.#keep(piece));
    if (!this.#chunked!.isOver) return undefined;
    if (used < bytes.length) throw new ProtocolError('more than the answer');
    return this.#finish(Buffer.concat(this.#kept));
  }

  #keep(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#checkSize(this.#size);
    if (bytes.length > 0) this.#kept.push(Buffer.from(bytes));
  }

  #checkSize(bytes: number): void {
    if (bytes > this.#maxBodyBytes) throw new AnswerTooLarge(this.#maxBodyBytes);
  }

  #finish(body: Buffer): HttpAnswer {
    const { status, headers, keepAliveMs } = this.#head!;
    this.#keepAliveMs = keepAliveMs;
    this.#head = undefined;
    this.#chunked = undefined;
    this.#kept = [];
    this.#size = 0;
    return { status, headers, text: body.toString('utf8') };
  }
}
