import type { DomainEvent, EventSubscription } from '@kronos/events';
import type { RequestContext } from './caller.ts';

/** Whether a subscriber may see an event, asked with a context made for this event. */
type Visibility = (event: DomainEvent, context: RequestContext) => Promise<boolean>;

/** An event on its way to one subscriber. */
export interface Delivery {
  event: DomainEvent;
  isVisible(context: RequestContext): Promise<boolean>;
}

/** The events of one subscriber. */
export class DeliverySource implements AsyncIterableIterator<Delivery, undefined> {
  readonly #events: EventSubscription;
  readonly #isVisible: Visibility;

  constructor(events: EventSubscription, isVisible: Visibility) {
    this.#events = events;
    this.#isVisible = isVisible;
  }

  /** The cursor up to which this subscriber has been served. */
  get position(): string {
    return this.#events.position;
  }

  async next(): Promise<IteratorResult<Delivery, undefined>> {
    const { value: event, done } = await this.#events.next();
    if (done) return { done: true, value: undefined };
    return { done: false, value: { event, isVisible: (context) => this.#isVisible(event, context) } };
  }

  async return(): Promise<IteratorResult<Delivery, undefined>> {
    await this.#events.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
