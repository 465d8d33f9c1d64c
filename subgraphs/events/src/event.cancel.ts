import { appendToOutbox } from '@kronos/events';
import type { Event } from '@kronos/prisma-events';
import { decodeId, mutation, type UserFault, userFaults, validInput } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { eventCancelSchema } from './event.rules.ts';
import { statusOf } from './event.status.ts';
import { actorOf, eventFacts, lockEventFor } from './event.write.ts';
import { fault } from './faults.ts';
import { forget } from './loaders.ts';

export const eventCancel: MutationResolvers<Context>['eventCancel'] = mutation(
  async (_parent, { id, input }, context) => {
    const uuid = decodeId('event', id);
    const { reason } = validInput(eventCancelSchema, input);
    const now = new Date();
    const actor = await actorOf(context);
    const event = await context.db.$transaction(async (tx) => {
      const before = await lockEventFor(tx, uuid, 'events:cancel', actor);
      const faults = cancelFaults(before, now);
      if (faults.length > 0) userFaults(faults);

      const cancelled = await tx.event.update({
        where: { id: uuid },
        data: { cancelledAt: now, cancelReason: reason },
      });
      // Nobody has heard of a draft.
      if (cancelled.publishedAt)
        await appendToOutbox(tx, 'eventCancelled', { ...eventFacts(cancelled), reason });
      return cancelled;
    });
    forget(context.loaders);
    return { event };
  },
);

/** What stands against cancelling the event at the moment `now`. */
export function cancelFaults(event: Event, now: Date): UserFault[] {
  const status = statusOf(event, now);
  if (status === 'CANCELLED') return [fault('EVENT_CLOSED', 'The event is cancelled already.', ['id'])];
  if (status === 'ENDED') return [fault('EVENT_CLOSED', 'The event is over.', ['id'])];
  return [];
}
