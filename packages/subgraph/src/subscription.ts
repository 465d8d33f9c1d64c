import type { DomainEvent, EventLog, EventName, EventSubscription } from '@kronos/events';
import type { RequestContext } from './caller.ts';
import { encodeId } from './ids.ts';

/** What every event type of the SDL has. */
export interface EventEnvelope {
  eventId: string;
  occurredAt: Date;
  cursor: string;
}

/** A field of the type Subscription. */
export interface SubscriptionField<Args, C, Payload> {
  subscribe(parent: unknown, args: Args, context: C, info: unknown): Promise<AsyncIterable<Delivery<C>>>;
  resolve(delivery: Delivery<C>, args: Args, context: C, info: unknown): Promise<Payload & EventEnvelope>;
}

export interface SubscriptionOptions<Names extends EventName, Args, C, Payload extends object> {
  /** The domain whose log is read. */
  domain: string;
  names: readonly Names[];
  /** Only events of this key, e.g. those of one user; all, when omitted or undefined. */
  key?(args: Args, context: C): string | undefined;
  /** Throws when the caller may not subscribe; everyone who passes the SDL's rules may, when omitted. */
  authorize?(args: Args, context: C): void | Promise<void>;
  /** Whether the caller may see this event, asked anew for each with a fresh context; all, when omitted. */
  visible?(event: DomainEvent<Names>, args: Args, context: C): boolean | Promise<boolean>;
  /** The payload without `eventId`, `occurredAt` and `cursor`. */
  resolve(event: DomainEvent<Names>, args: Args, context: C): Payload | Promise<Payload>;
}

/** An event on its way to one subscriber. */
export class Delivery<C> {
  readonly event: DomainEvent;
  /** Whether the subscriber may see the event. */
  readonly isVisible: (context: C) => Promise<boolean>;

  constructor(event: DomainEvent, isVisible: (context: C) => Promise<boolean>) {
    this.event = event;
    this.isVisible = isVisible;
  }
}

// The cursor that a stream resumes after reaches `subscribe` beside the context, because graphql passes nothing else.
const cursors = new WeakMap<object, string>();

/** Remembers that the subscription started with this context resumes after `cursor`. */
export function resumeAfter(context: object, cursor: string | undefined): void {
  if (cursor !== undefined) cursors.set(context, cursor);
}

/**
 * A subscription field over the event log: rights at the start, visibility per event, payload with its cursor.
 *
 * @param log the log, or where the context has it
 */
export function subscription<Names extends EventName, Args, C extends RequestContext, Payload extends object>(
  options: SubscriptionOptions<Names, Args, C, Payload>,
  log: EventLog | ((context: C) => EventLog),
): SubscriptionField<Args, C, Payload> {
  return {
    async subscribe(_parent, args, context) {
      await options.authorize?.(args, context);
      const source = await (typeof log === 'function' ? log(context) : log).subscribe(
        options.domain,
        { names: options.names, key: options.key?.(args, context) },
        cursors.get(context),
      );
      return new DeliverySource(source, async (event, fresh) =>
        options.visible ? options.visible(event as DomainEvent<Names>, args, fresh as C) : true,
      ) as AsyncIterable<Delivery<C>>;
    },

    async resolve({ event }, args, context) {
      return {
        ...(await options.resolve(event as DomainEvent<Names>, args, context)),
        eventId: encodeId('evt', event.eventId),
        occurredAt: new Date(event.occurredAt),
        cursor: event.position,
      };
    },
  };
}

/** The events of one subscriber, each with the rule whether it may be seen. */
export class DeliverySource implements AsyncIterableIterator<Delivery<unknown>> {
  readonly #source: EventSubscription;
  readonly #isVisible: (event: DomainEvent, context: unknown) => Promise<boolean>;

  constructor(
    source: EventSubscription,
    isVisible: (event: DomainEvent, context: unknown) => Promise<boolean>,
  ) {
    this.#source = source;
    this.#isVisible = isVisible;
  }

  /** The cursor up to which this subscriber has been served. */
  get position(): string {
    return this.#source.position;
  }

  async next(): Promise<IteratorResult<Delivery<unknown>, undefined>> {
    const step = await this.#source.next();
    if (step.done) return { done: true, value: undefined };
    const event = step.value;
    return { done: false, value: new Delivery(event, (context) => this.#isVisible(event, context)) };
  }

  async return(): Promise<IteratorResult<Delivery<unknown>, undefined>> {
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
