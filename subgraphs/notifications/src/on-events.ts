import type { EventPayload, Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-notifications';
import { notify } from './notify.ts';
import { eventCancelled, eventUpdated, registrationConfirmed, type Text } from './texts.ts';

/** How many attendees are told in one statement; PostgreSQL takes 65,535 parameters at most. */
const batchSize = 1000;

/**
 * What happens here because of events of the events domain. One consumer takes them all in the order of their log, so
 * those who are told of a change are those who were registered when it was made.
 */
export const onEvents: Handlers<Prisma.TransactionClient> = {
  eventCreated: (tx, { payload }) => remember(tx, payload),

  async eventUpdated(tx, { payload }) {
    await remember(tx, payload);
    await notifyAttendees(tx, payload, eventUpdated(payload.title, payload.changes));
  },

  eventCancelled: (tx, { payload }) =>
    notifyAttendees(tx, payload, eventCancelled(payload.title, payload.reason)),

  async registrationCreated(tx, { payload: { eventId, attendeeId } }) {
    await tx.attendance.createMany({ data: [{ eventId, attendeeId }], skipDuplicates: true });
    const event = await tx.knownEvent.findUnique({ where: { id: eventId } });
    await notify(tx, [{ recipientId: attendeeId, eventId, ...registrationConfirmed(event?.title ?? null) }]);
  },

  async registrationCancelled(tx, { payload: { eventId, attendeeId } }) {
    await tx.attendance.deleteMany({ where: { eventId, attendeeId } });
  },
};

async function remember(
  tx: Prisma.TransactionClient,
  { eventId, title }: EventPayload<'eventCreated'>,
): Promise<void> {
  await tx.knownEvent.upsert({ where: { id: eventId }, create: { id: eventId, title }, update: { title } });
}

/** Tells everyone who is registered, except the organiser, whose doing it is. */
async function notifyAttendees(
  tx: Prisma.TransactionClient,
  { eventId, organizerId }: EventPayload<'eventCreated'>,
  text: Text,
): Promise<void> {
  let last: string | undefined;
  do {
    const page = await tx.attendance.findMany({
      where: { eventId, attendeeId: { gt: last, not: organizerId } },
      orderBy: { attendeeId: 'asc' },
      take: batchSize,
    });
    await notify(
      tx,
      page.map(({ attendeeId }) => ({ recipientId: attendeeId, eventId, ...text })),
    );
    last = page.at(-1)?.attendeeId;
  } while (last);
}
