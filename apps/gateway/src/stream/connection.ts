import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type FrameBytes, framed } from '../live/frame.ts';

export interface ConnectionOptions {
  /** Bytes that may wait for a client before nothing more is written. */
  fullBytes?: number;
  /** How long a client may refuse to read before it is cut off, in milliseconds. */
  stallMs?: number;
  /** A client that had too much to read has read it. */
  onDrain(): void;
  /** The connection is gone, for whatever reason. */
  onClose(): void;
}

const defaults = { fullBytes: 64 << 10, stallMs: 15_000 };

/**
 * A response that carries a stream, whose headers have been sent. Bytes that are framed as HTTP chunks already go to the
 * socket as they are: what Node does for each write, for one event and thousands of clients, has then been done once.
 */
export class Connection {
  readonly #response: ServerResponse;
  /** Undefined when Node must frame, as for HTTP/1.0 and for responses that wait for the socket. */
  readonly #socket: Socket | undefined;
  readonly #fullBytes: number;
  readonly #stallMs: number;
  #stall: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Asked for each event of each client: the response, which knows it too, is far away in memory. */
  #isEnded = false;

  constructor(response: ServerResponse, options: ConnectionOptions) {
    const { socket } = response;
    this.#response = response;
    this.#fullBytes = options.fullBytes ?? defaults.fullBytes;
    this.#stallMs = options.stallMs ?? defaults.stallMs;
    if (socket && response.chunkedEncoding) this.#socket = socket;
    // Events are small and should arrive now, not when a packet is full.
    socket?.setNoDelay(true);
    socket?.setTimeout(0);
    const target = this.#socket ?? response;
    const drained = () => {
      this.#clearStall();
      options.onDrain();
    };
    target.on('drain', drained);
    const closed = () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#clearStall();
      target.off('drain', drained);
      options.onClose();
    };
    response.on('close', closed);
    response.on('error', closed);
    if (response.destroyed) closed();
  }

  get isClosed(): boolean {
    return this.#isClosed || this.#isEnded;
  }

  /** Whether so much waits for the client that nothing more should be written. */
  get isFull(): boolean {
    return this.#stall !== undefined;
  }

  /** Writes; false when nothing more should follow until the client has read. */
  write({ chunk, plain }: FrameBytes): boolean {
    // A client that will send no more is about to be gone, too.
    if (this.isClosed || this.#socket?.writable === false) return true;
    const isTaken = this.#socket ? this.#socket.write(chunk) : this.#response.write(plain);
    if (isTaken || (this.#socket ?? this.#response).writableLength < this.#fullBytes) return true;
    this.#startStall();
    return false;
  }

  writeText(text: string): boolean {
    return text === '' || this.write(framed(text));
  }

  /** Writes the last bytes; a client that does not read them in time is cut off. */
  end(text: string): void {
    if (this.isClosed) return;
    this.writeText(text);
    this.#isEnded = true;
    this.#response.end();
    this.#startStall();
  }

  destroy(): void {
    this.#response.destroy();
  }

  #startStall(): void {
    this.#stall ??= setTimeout(() => this.#response.destroy(), this.#stallMs).unref();
  }

  #clearStall(): void {
    // What was written last must be read in time, too.
    if (this.#isEnded && !this.#isClosed) return;
    clearTimeout(this.#stall);
    this.#stall = undefined;
  }
}
