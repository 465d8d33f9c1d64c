import type { ServerResponse } from 'node:http';
import { formatError } from '../errors/format-error.ts';
import type { Events } from '../live/frame.ts';
import type { Ending, Sink } from '../live/member.ts';
import { Connection } from './connection.ts';
import type { StreamProtocol } from './protocol.ts';
import { type RunningSubscription, returnDelayMs } from './subscriptions.ts';

/** One subscription on one response. */
export class DistinctStream implements Sink {
  readonly #protocol: StreamProtocol;
  readonly #connection: Connection;
  #subscription: RunningSubscription | undefined;

  /**
   * @param response whose headers have been sent
   * @param onClose called once the response is over, for whatever reason
   */
  constructor(response: ServerResponse, protocol: StreamProtocol, onClose: () => void) {
    this.#protocol = protocol;
    this.#connection = new Connection(response, {
      onDrain: () => this.#subscription?.onDrain(),
      onClose: () => {
        this.#subscription?.leave();
        onClose();
      },
    });
    this.#connection.writeText(protocol.opening + protocol.retryAfter(returnDelayMs()));
  }

  /** Carries a subscription, which has this as its sink. */
  carry(subscription: RunningSubscription): void {
    this.#subscription = subscription;
    if (this.#connection.isClosed) subscription.leave();
  }

  event(events: Events): boolean {
    return this.#connection.write(events.in(this.#protocol));
  }

  position(cursor: string): void {
    this.#connection.writeText(this.#protocol.heartbeat(cursor));
  }

  end({ errors, isRetriable }: Ending): void {
    const formatted = errors?.map((error) => formatError(error.toJSON(), error));
    if (!formatted) this.#connection.end(this.#protocol.complete);
    else if (isRetriable) this.#connection.end(this.#protocol.interrupt(formatted));
    else this.#connection.end(this.#protocol.fail(formatted));
  }

  /** A sign of life, but not to a busy client: it would only queue behind what is not read. */
  beat(): void {
    if (this.#connection.isFull) return;
    this.#connection.writeText(this.#protocol.heartbeat(this.#subscription?.position));
  }
}
