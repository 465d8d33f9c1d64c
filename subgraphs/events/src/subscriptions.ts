import type { DomainEvent } from '@kronos/events';
import { decodeId, notFound, subscription, tryDecodeId } from '@kronos/subgraph';
import type {
  SubscriptionEventCancelledArgs,
  SubscriptionEventUpdatedArgs,
  SubscriptionRegistrationCreatedArgs,
} from './__generated__/types.ts';
import type { Context } from './context.ts';
import { isListed, mayFind } from './event.visibility.ts';

type EventChange = DomainEvent<'eventCreated' | 'eventUpdated' | 'eventCancelled'>;

const eventLog = ({ log }: Context) => log;

/** Refuses to follow an event that the viewer may not see. Without an id there is nothing to refuse. */
async function authorizeEvent(id: string | null | undefined, { loaders }: Context): Promise<void> {
  if (typeof id !== 'string') return;
  const event = await loaders.event.load(decodeId('event', id));
  if (!event) throw notFound('There is no such event.');
}

/** Whether the viewer may be told of the change: by the event as it is now, not as it was when it changed. */
async function isVisible(
  { payload }: EventChange,
  { id }: { id?: string | null },
  { loaders, viewer, access }: Context,
): Promise<boolean> {
  const isNamed = typeof id === 'string';
  if (isNamed && tryDecodeId('event', id) !== payload.eventId) return false;
  // The loader gives only what the viewer may see.
  const event = await loaders.event.load(payload.eventId);
  if (event === null || isNamed || isListed(event)) return event !== null;
  const entries = await (await access()).check('events:read', [event.id]);
  return mayFind(viewer, event, true, entries.get(event.id));
}

/** The event as it is now; that it is visible has been asked in the same context just before. */
async function freshEvent({ payload }: EventChange, { loaders }: Context) {
  const event = await loaders.event.load(payload.eventId);
  if (!event) throw notFound('There is no such event any more.');
  return event;
}

export const Subscription = {
  eventCreated: subscription<'eventCreated', Record<string, never>, Context, object>(
    {
      domain: 'events',
      names: ['eventCreated'],
      visible: isVisible,
      resolve: async (event, _args, context) => ({ event: await freshEvent(event, context) }),
    },
    eventLog,
  ),

  eventUpdated: subscription<'eventUpdated', SubscriptionEventUpdatedArgs, Context, object>(
    {
      domain: 'events',
      names: ['eventUpdated'],
      authorize: ({ id }, context) => authorizeEvent(id, context),
      visible: isVisible,
      resolve: async (event, _args, context) => ({
        event: await freshEvent(event, context),
        changes: event.payload.changes,
      }),
    },
    eventLog,
  ),

  eventCancelled: subscription<'eventCancelled', SubscriptionEventCancelledArgs, Context, object>(
    {
      domain: 'events',
      names: ['eventCancelled'],
      authorize: ({ id }, context) => authorizeEvent(id, context),
      visible: isVisible,
      resolve: async (event, _args, context) => ({
        event: await freshEvent(event, context),
        reason: event.payload.reason,
      }),
    },
    eventLog,
  ),

  registrationCreated: subscription<
    'registrationCreated',
    SubscriptionRegistrationCreatedArgs,
    Context,
    object
  >(
    {
      domain: 'events',
      names: ['registrationCreated'],
      key: ({ eventId }) => decodeId('event', eventId),
      authorize: ({ eventId }, context) => authorizeEvent(eventId, context),
      visible: async ({ payload }, _args, { loaders }) =>
        (await loaders.registration.load(payload.registrationId)) !== null,
      resolve: async ({ payload }, _args, { loaders }) => ({
        registration: await loaders.registration.load(payload.registrationId),
      }),
    },
    eventLog,
  ),
};
