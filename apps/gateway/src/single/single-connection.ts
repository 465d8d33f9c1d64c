import type { ServerResponse } from 'node:http';
import { Connection } from '../stream/connection.ts';
import { sse } from '../stream/sse.ts';
import { returnDelayMs } from '../stream/subscriptions.ts';
import type { SingleOperation } from './single-operation.ts';

/** One stream of server-sent events that carries the results of many operations: reserved first, then opened. */
export class SingleConnection {
  /** By the ids that the client gave them. */
  readonly operations = new Map<string, SingleOperation>();
  readonly #onClose: () => void;
  #connection: Connection | undefined;
  #isClosed = false;
  /** What was written before the stream was opened: at most one message for each operation. */
  #pending: string[] = [];

  /** @param onClose called once, when the connection is over or was never opened */
  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /** @param response whose headers have been sent */
  open(response: ServerResponse): void {
    const onDrain = () => {
      for (const operation of [...this.operations.values()]) operation.onDrain();
    };
    this.#connection = new Connection(response, { onDrain, onClose: () => this.close() });
    this.#connection.writeText(sse.opening + sse.retryAfter(returnDelayMs()) + this.#pending.join(''));
    this.#pending = [];
    onDrain();
  }

  /** Writes a message; false when an operation should write nothing more until it hears of a drain. */
  write(text: string): boolean {
    if (this.#connection) return this.#connection.writeText(text);
    this.#pending.push(text);
    return false;
  }

  /** A sign of life, but not to a busy client: it would only queue behind what is not read. */
  beat(): void {
    if (this.#connection && !this.#connection.isFull) this.#connection.writeText(sse.heartbeat(undefined));
  }

  /** Ends the stream without a word, on which the client connects anew and asks for all of its operations again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const operation of [...this.operations.values()]) operation.stop();
    this.#connection?.end('');
    this.#onClose();
  }
}
