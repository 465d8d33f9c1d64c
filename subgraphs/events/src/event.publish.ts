import type { Event } from '@kronos/prisma-events';
import { decodeId, mutation, type UserFault, userFaults } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { overAt } from './event.status.ts';
import { actorOf, announceCreated, lockEventFor } from './event.write.ts';
import { fault } from './faults.ts';
import { forget } from './loaders.ts';

export const eventPublish: MutationResolvers<Context>['eventPublish'] = mutation(
  async (_parent, { id }, context) => {
    const uuid = decodeId('event', id);
    const now = new Date();
    const actor = await actorOf(context);
    const event = await context.db.$transaction(async (tx) => {
      const draft = await lockEventFor(tx, uuid, 'events:publish', actor);
      const faults = publishFaults(draft, now);
      if (faults.length > 0) userFaults(faults);

      const published = await tx.event.update({ where: { id: uuid }, data: { publishedAt: now } });
      await announceCreated(tx, published);
      return published;
    });
    forget(context.loaders);
    return { event };
  },
);

/** What stands against publishing the event at the moment `now`. */
export function publishFaults(event: Event, now: Date): UserFault[] {
  if (event.cancelledAt) return [fault('EVENT_CLOSED', 'The event is cancelled.', ['id'])];
  if (event.publishedAt) return [fault('CONFLICT', 'The event is published already.', ['id'])];
  if (overAt(event) <= now)
    return [fault('EVENT_CLOSED', 'The time of the event has passed: change it first.', ['id'])];
  return [];
}
