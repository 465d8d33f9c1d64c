import { sseMessage } from '@kronos/service';
import { formatError } from '../errors/format-error.ts';
import type { Events } from '../live/frame.ts';
import type { Ending, Sink } from '../live/member.ts';
import type { RunningSubscription } from '../stream/subscriptions.ts';
import type { SingleConnection } from './single-connection.ts';

/**
 * An operation whose results go over a single connection. Its messages bear its id, and its cursors stand in the
 * extensions of its results: the stream's own `id:` would say nothing of one operation among several.
 */
export class SingleOperation implements Sink {
  readonly #id: string;
  readonly #connection: SingleConnection;
  readonly #release: () => void;
  #subscription: RunningSubscription | undefined;
  #isOver = false;

  /** @param release gives the operation's slot back */
  constructor(id: string, connection: SingleConnection, release: () => void) {
    this.#id = id;
    this.#connection = connection;
    this.#release = release;
  }

  /** Whether nobody wants its results any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Carries a subscription, which has this as its sink. */
  carry(subscription: RunningSubscription): void {
    this.#subscription = subscription;
    if (this.#isOver) subscription.leave();
  }

  onDrain(): void {
    this.#subscription?.onDrain();
  }

  event({ frames }: Events): boolean {
    return this.#connection.write(frames.map((frame) => this.#next(frame.resultWithCursor)).join(''));
  }

  position(): void {}

  end({ errors, isRetriable }: Ending): void {
    // Only the loss of its connection makes a client come back.
    if (isRetriable) this.#connection.close();
    else if (errors) {
      const formatted = errors.map((error) => formatError(error.toJSON(), error));
      this.finish(JSON.stringify({ errors: formatted }));
    } else this.finish();
  }

  /** Writes the last result, given as JSON text, if there is one, and that there are no more. */
  finish(result?: string): void {
    if (this.#isOver) return;
    const complete = sseMessage({ event: 'complete', data: JSON.stringify({ id: this.#id }) });
    this.#connection.write((result === undefined ? '' : this.#next(result)) + complete);
    this.stop();
  }

  /** Nobody wants more of it. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.operations.delete(this.#id);
    this.#subscription?.leave();
    this.#release();
  }

  #next(result: string): string {
    return sseMessage({ event: 'next', data: `{"id":${JSON.stringify(this.#id)},"payload":${result}}` });
  }
}
