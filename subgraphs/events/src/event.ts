import { badUserInput, connection, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { EventResolvers, QueryResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { eventOrder, eventWhere, textWhere } from './event.list.ts';
import { remainingPlaces } from './event.rules.ts';
import { statusOf } from './event.status.ts';
import { foundBy, seenBy } from './event.visibility.ts';
import { registrationsOfEvent } from './registration.list.ts';

/** Reading events; writing them is in `event.create.ts` and its siblings. */
export const eventQueries: Pick<QueryResolvers<Context>, 'event' | 'events'> = {
  async event(_parent, { id, slug }, { db, loaders, viewer, access }) {
    if (typeof id === 'string' && typeof slug !== 'string') return loaders.event.load(decodeId('event', id));
    if (typeof slug === 'string' && typeof id !== 'string')
      return db.event.findFirst({
        where: { AND: [{ slug: withoutNul(slug) }, seenBy(viewer, await access())] },
      });
    throw badUserInput('Give “id” or “slug”: exactly one of the two.');
  },

  async events(_parent, { filter, query, orderBy, ...args }, { db, viewer, access }) {
    return connection({
      delegate: db.event,
      args,
      where: { AND: [foundBy(viewer, await access()), eventWhere(filter, new Date()), textWhere(query)] },
      orderBy: eventOrder(orderBy),
    });
  },
};

/** PostgreSQL refuses the NUL character even in a comparison. No slug has a space, so this finds nothing either. */
function withoutNul(slug: string): string {
  return slug.replaceAll('\0', ' ');
}

export const Event: EventResolvers<Context> = {
  __resolveReference({ id }, { loaders }) {
    const uuid = tryDecodeId('event', id);
    return uuid === null ? null : loaders.event.load(uuid);
  },
  id: (event) => encodeId('event', event.id),
  status: (event) => statusOf(event, new Date()),
  organizer: (event) => ({ id: event.organizerId }),
  remaining: remainingPlaces,
  registrations: registrationsOfEvent,
  viewerRegistration: (event, _args, { loaders }) => loaders.viewerRegistration.load(event.id),
};
