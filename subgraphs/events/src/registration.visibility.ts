import type { Event, Prisma, Registration } from '@kronos/prisma-events';
import type { Viewer } from '@kronos/subgraph';
import { moderates, organizes } from './event.visibility.ts';

/** Whether the viewer may see all registrations for an event. */
export function maySeeRegistrationsFor(viewer: Viewer | null, event: Pick<Event, 'organizerId'>): boolean {
  return organizes(viewer, event) || moderates(viewer);
}

/** Whether the viewer may see all registrations of a person. */
export function maySeeRegistrationsOf(viewer: Viewer | null, userId: string): boolean {
  return viewer?.userId === userId || moderates(viewer);
}

/** Whether the viewer may see a registration: for an event of theirs, or their own. */
export function maySeeRegistration(
  viewer: Viewer | null,
  registration: Pick<Registration, 'attendeeId'>,
  event: Pick<Event, 'organizerId'>,
): boolean {
  return maySeeRegistrationsFor(viewer, event) || maySeeRegistrationsOf(viewer, registration.attendeeId);
}

/** `maySeeRegistration` as a condition for the database. */
export function registrationSeenBy(viewer: Viewer): Prisma.RegistrationWhereInput {
  if (moderates(viewer)) return {};
  return { OR: [{ attendeeId: viewer.userId }, { event: { organizerId: viewer.userId } }] };
}
