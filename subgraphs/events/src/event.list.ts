import type { Prisma } from '@kronos/prisma-events';
import { decodeId, toWhere, wordsOf } from '@kronos/subgraph';
import type { EventFilter, EventOrderBy, EventOrderField, EventStatusFilter } from './__generated__/types.ts';
import { hasStatus } from './event.status.ts';

const orderColumns: Record<EventOrderField, string> = {
  STARTS_AT: 'startsAt',
  CREATED_AT: 'createdAt',
  TITLE: 'title',
};

/** The order of a list of events as `connection` takes it; by the beginning when none is given. */
export function eventOrder(orderBy: readonly EventOrderBy[] | null | undefined) {
  if (!orderBy?.length) return [{ field: 'startsAt', direction: 'ASC' as const }];
  return orderBy.map(({ field, direction = 'ASC' }) => ({ field: orderColumns[field], direction }));
}

/**
 * A filter of events as a condition for the database.
 *
 * @param now the moment at which a status is meant
 */
export function eventWhere(filter: EventFilter | null | undefined, now: Date): Prisma.EventWhereInput {
  return toWhere(filter, {
    startsAt: 'startsAt',
    title: 'title',
    organizerId: { column: 'organizerId', decode: (id) => decodeId('user', id) },
    visibility: 'visibility',
    status: (status: EventStatusFilter) => statusWhere(status, now),
  });
}

function statusWhere(filter: EventStatusFilter, now: Date): Prisma.EventWhereInput {
  return {
    AND: [
      filter.eq ? hasStatus(filter.eq, now) : {},
      filter.in ? oneOf(filter.in.map((status) => hasStatus(status, now))) : {},
    ],
  };
}

/** Prisma takes an empty OR inside an AND for no condition; one of none is nothing. */
function oneOf(conditions: Prisma.EventWhereInput[]): Prisma.EventWhereInput {
  return conditions.length > 0 ? { OR: conditions } : { id: { in: [] } };
}

/**
 * Free text as a condition for the database: every word stands somewhere in the title, the description or the location,
 * in either case.
 *
 * @throws BAD_USER_INPUT for a text that is too long
 */
export function textWhere(query: string | null | undefined): Prisma.EventWhereInput {
  const anywhere = wordsOf(query).map((word) => ({
    OR: [{ title: word }, { description: word }, { location: word }],
  }));
  return { AND: anywhere };
}
