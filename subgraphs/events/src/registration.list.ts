import type { Event, Prisma } from '@kronos/prisma-events';
import { connection } from '@kronos/subgraph';
import type {
  EventRegistrationsArgs,
  RegistrationStatus,
  UserRegistrationsArgs,
} from './__generated__/types.ts';
import type { Context } from './context.ts';
import { maySeeRegistrationsFor, maySeeRegistrationsOf } from './registration.visibility.ts';

/** `Event.registrations`: who comes, the earliest first; null for those who may not know. */
export async function registrationsOfEvent(
  event: Event,
  { status, ...args }: Partial<EventRegistrationsArgs>,
  { db, viewer }: Context,
) {
  if (!maySeeRegistrationsFor(viewer, event)) return null;
  return connection({
    delegate: db.registration,
    args,
    where: { eventId: event.id, ...ofStatus(status) },
    orderBy: [{ field: 'createdAt', direction: 'ASC' }],
  });
}

/** `User.registrations`: a person's places, the latest first; null for those who may not know. */
export async function registrationsOfUser(
  user: { id: string },
  { status, ...args }: Partial<UserRegistrationsArgs>,
  { db, viewer }: Context,
) {
  if (!maySeeRegistrationsOf(viewer, user.id)) return null;
  return connection({
    delegate: db.registration,
    args,
    where: { attendeeId: user.id, ...ofStatus(status) },
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });
}

function ofStatus(status: RegistrationStatus | null | undefined): Prisma.RegistrationWhereInput {
  return status ? { status } : {};
}
