import { appendToOutbox } from '@kronos/events';
import type { Event } from '@kronos/prisma-events';
import { decodeId, mutation, type UserFault, userFaults, validInput } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';
import {
  type EventChanges,
  effectiveChanges,
  endBeforeStart,
  endsAfterStart,
  eventUpdateSchema,
} from './event.rules.ts';
import { actorOf, eventFacts, lockEventFor } from './event.write.ts';
import { fault } from './faults.ts';
import { forget } from './loaders.ts';

export const eventUpdate: MutationResolvers<Context>['eventUpdate'] = mutation(
  async (_parent, { id, input }, context) => {
    const uuid = decodeId('event', id);
    const wanted = validInput(eventUpdateSchema, input);
    const actor = await actorOf(context);
    const event = await context.db.$transaction(async (tx) => {
      const before = await lockEventFor(tx, uuid, 'events:update', actor);
      const changes = effectiveChanges(before, wanted);
      const faults = updateFaults(before, changes);
      if (faults.length > 0) userFaults(faults);
      if (Object.keys(changes).length === 0) return before;

      const after = await tx.event.update({ where: { id: uuid }, data: changes });
      // Nobody has heard of a draft.
      if (after.publishedAt)
        await appendToOutbox(tx, 'eventUpdated', { ...eventFacts(after), changes: Object.keys(changes) });
      return after;
    });
    forget(context.loaders);
    return { event };
  },
);

/** What stands against these changes of the event as it is. */
export function updateFaults(before: Event, changes: EventChanges): UserFault[] {
  if (before.cancelledAt) return [fault('EVENT_CLOSED', 'A cancelled event does not change.', ['id'])];

  const faults: UserFault[] = [];
  const after = { ...before, ...changes };
  if (!endsAfterStart(after)) faults.push(fault('INVALID', endBeforeStart, ['input', 'endsAt']));
  if (after.capacity !== null && after.capacity < before.registeredCount) {
    const message = `${before.registeredCount} places are taken: the capacity cannot be less.`;
    faults.push(fault('CONFLICT', message, ['input', 'capacity'], { registered: before.registeredCount }));
  }
  return faults;
}
