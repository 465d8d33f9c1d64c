import type { DomainEvent, EventLog, EventName } from '@kronos/events';
import type { RequestContext } from './caller.ts';
import { type Delivery, DeliverySource } from './delivery.ts';
import { encodeId } from './ids.ts';

/** What every event type of the SDL has. */
export interface EventEnvelope {
  eventId: string;
  occurredAt: Date;
  cursor: string;
}

/**
 * A field of the type Subscription. What passes between `subscribe` and `resolve` is nobody else's business; its types
 * here conform to what codegen makes of any field.
 */
export interface SubscriptionField<Args, C, Payload> {
  subscribe(parent: unknown, args: Args, context: C, info: unknown): Promise<AsyncIterable<never>>;
  resolve(delivery: unknown, args: Args, context: C, info: unknown): Promise<Payload & EventEnvelope>;
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
      ) as AsyncIterable<unknown> as AsyncIterable<never>;
    },

    async resolve(delivery, args, context) {
      const { event } = delivery as Delivery;
      return {
        ...(await options.resolve(event as DomainEvent<Names>, args, context)),
        eventId: encodeId('evt', event.eventId),
        occurredAt: new Date(event.occurredAt),
        cursor: event.position,
      };
    },
  };
}
