import { EventLogUnavailableError } from '@kronos/events';
import type { FormattedExecutionResult } from 'graphql';
import type { Delivery, DeliverySource } from './delivery.ts';
import { StreamCutError, type SubscriptionMessage, type SubscriptionStream } from './subgraph.ts';

// A longer one would fire at once; nobody's stream lasts these 24 days.
const longestTimerMs = 2 ** 31 - 1;
// Node keeps a list for each length of a timer until that time is over, also when its timers were cleared long before. With
// lengths to the millisecond that would be a list for each stream of the last quarter of an hour.
const timerStepMs = 250;

type Step = IteratorResult<SubscriptionMessage, undefined>;

export interface EventStreamOptions {
  source: DeliverySource;
  /** The answer to one event, or null when this subscriber may not see it. Gives up when the signal fires. */
  answer(
    delivery: Delivery,
    signal: AbortSignal,
  ): Promise<Pick<SubscriptionMessage, 'result' | 'traceparent'> | null>;
  /** The last message after a fault that ends the subscription. */
  fault(error: unknown): FormattedExecutionResult;
  /** When the caller's token expires, and the error that says so. */
  expiry?: { at: Date; error: Error };
  onEnd(): void;
}

/** A running subscription: takes one event at a time from the log and answers it. */
export class EventStream implements SubscriptionStream {
  readonly #options: EventStreamOptions;
  readonly #abort = new AbortController();
  readonly #expiryTimer: NodeJS.Timeout | undefined;
  /** Why the stream ends before the log does; an error is told to the subscriber, once. */
  #ending: 'closed' | 'cut' | Error | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    if (!options.expiry) return;
    const { at, error } = options.expiry;
    const left = Math.ceil(Math.max(0, at.getTime() - Date.now()) / timerStepMs) * timerStepMs;
    this.#expiryTimer = setTimeout(() => this.#end(error), Math.min(left, longestTimerMs));
    this.#expiryTimer.unref();
  }

  get position(): string {
    return this.#options.source.position;
  }

  async next(): Promise<Step> {
    while (this.#ending === undefined) {
      try {
        const message = await this.#nextMessage();
        if (message && this.#ending === undefined) return { done: false, value: message };
      } catch (error) {
        // Redis can go at any time; the subscriber comes back and is served from its cursor.
        this.#end(error instanceof EventLogUnavailableError ? 'cut' : (error as Error));
      }
    }
    return this.#lastStep(this.#ending);
  }

  /** The subscriber has gone. */
  async return(): Promise<Step> {
    this.#end('closed');
    return { done: true, value: undefined };
  }

  /** Ends the stream so that the subscriber comes back and resumes. */
  cut(): void {
    this.#end('cut');
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #nextMessage(): Promise<SubscriptionMessage | null> {
    const { source, answer } = this.#options;
    const step = await source.next();
    if (step.done) {
      // The log ends only when its process does.
      this.#end('cut');
      return null;
    }
    const { position, occurredAt } = step.value.event;
    const answered = await answer(step.value, this.#abort.signal);
    return answered && { cursor: position, occurredAt, ...answered };
  }

  #lastStep(ending: 'closed' | 'cut' | Error): Step {
    if (ending === 'cut') throw new StreamCutError('The stream was cut: resume after its last cursor.');
    if (ending === 'closed') return { done: true, value: undefined };
    this.#ending = 'closed';
    return { done: false, value: { result: this.#options.fault(ending) } };
  }

  #end(ending: 'closed' | 'cut' | Error): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    clearTimeout(this.#expiryTimer);
    this.#abort.abort();
    this.#options.onEnd();
    void this.#options.source.return();
  }
}
