import { connect, type Socket } from 'node:net';
import type { Done, HttpAnswer } from '../wire.ts';
import { ConnectionLost, ConnectTimeout } from './connection-lost.ts';
import { ResponseReader } from './response-reader.ts';

export interface PlainConnectionOptions {
  host: string;
  port: number;
  connectTimeoutMs: number;
  maxAnswerBytes: number;
  /** The connection may be used again, for so many milliseconds as the other side says. */
  onFree(connection: PlainConnection, keepAliveMs: number | undefined): void;
  /** The connection is gone for good; said once. */
  onGone(connection: PlainConnection): void;
}

/** Sockets read into it, and what was read is used before the next one does. */
const readBuffer = Buffer.allocUnsafeSlow(64 << 10);
const tcpKeepAliveMs = 60_000;

/** One connection that carries one exchange after the other. */
export class PlainConnection {
  readonly #options: PlainConnectionOptions;
  readonly #reader: ResponseReader;
  readonly #socket: Socket;
  #done: Done | undefined;
  #isGone = false;

  constructor(options: PlainConnectionOptions) {
    this.#options = options;
    this.#reader = new ResponseReader(options.maxAnswerBytes);
    const { host, port } = options;
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: tcpKeepAliveMs,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          this.#read(readBuffer.subarray(0, length));
          return true;
        },
      },
    });
    const timer = setTimeout(() => this.destroy(new ConnectTimeout()), options.connectTimeoutMs);
    this.#socket
      .once('connect', () => clearTimeout(timer))
      .once('error', (error) => this.destroy(error))
      .once('end', () => this.#end())
      .once('close', () => {
        clearTimeout(timer);
        this.#end();
      });
  }

  /**
   * Sends a request; only for a connection that is free.
   *
   * @param head with the empty line after it, one byte per character
   */
  send(head: string, body: string, bodyBytes: number, done: Done): void {
    this.#done = done;
    // One piece is written with one call of the system, and one byte per character is the cheapest way to do it.
    if (bodyBytes === body.length) {
      this.#socket.write(head + body, 'latin1');
      return;
    }
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    this.#socket.write(body, 'utf8');
    this.#socket.uncork();
  }

  /** Cuts the connection; the exchange that it carries ends with the reason. */
  destroy(reason?: Error): void {
    if (!this.#isGone) {
      this.#isGone = true;
      this.#socket.destroy();
      this.#options.onGone(this);
    }
    const done = this.#done;
    this.#done = undefined;
    done?.(reason ?? new ConnectionLost());
  }

  #read(bytes: Buffer): void {
    // What nobody asked for can only be the answer to something else.
    if (!this.#done) {
      this.destroy();
      return;
    }
    try {
      const answer = this.#reader.read(bytes);
      if (answer) this.#finish(answer);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #finish(answer: HttpAnswer): void {
    const { keepAliveMs } = this.#reader;
    const done = this.#done!;
    this.#done = undefined;
    // An answer that came before the request was sent whole leaves nobody knowing where the next one begins.
    const isReusable = keepAliveMs !== 0 && this.#socket.writableLength === 0;
    if (isReusable) this.#options.onFree(this, keepAliveMs);
    else this.destroy();
    done(null, answer);
  }

  #end(): void {
    const answer = this.#done && this.#reader.end();
    if (answer) this.#finish(answer);
    else this.destroy();
  }
}
