import type { Event, Registration } from '@kronos/prisma-events';
import type { UserFault, Viewer } from '@kronos/subgraph';
import { remainingPlaces } from './event.rules.ts';
import { statusOf } from './event.status.ts';
import { organizes } from './event.visibility.ts';
import { fault } from './faults.ts';

/**
 * What stands against a registration for an event that the viewer sees, at the moment `now`; null when nothing does.
 *
 * @param existing the attendee's registration for the event, if there is one
 */
export function registrationFault(
  viewer: Viewer,
  event: Event,
  attendeeId: string,
  existing: Pick<Registration, 'status'> | null,
  now: Date,
): UserFault | null {
  const isOrganizer = organizes(viewer, event);
  if (attendeeId !== viewer.userId && !isOrganizer)
    return fault('FORBIDDEN', 'Only the organiser may register somebody else.', ['input', 'attendeeId']);
  if (existing?.status === 'CONFIRMED')
    return fault('ALREADY_REGISTERED', 'This person is registered already.', ['input', 'eventId']);
  if (event.visibility === 'PRIVATE' && !isOrganizer)
    return fault('FORBIDDEN', 'A private event takes those whom its organiser registers.', [
      'input',
      'eventId',
    ]);
  const closed = closedFault(event, now, ['input', 'eventId']);
  if (closed) return closed;
  return remainingPlaces(event) === 0 ? eventFull() : null;
}

/** EVENT_CLOSED unless the event is published and not over at the moment `now`. */
export function closedFault(event: Event, now: Date, field: string[]): UserFault | null {
  const status = statusOf(event, now);
  if (status === 'PUBLISHED') return null;
  const reasons = { DRAFT: 'is not published yet', CANCELLED: 'is cancelled', ENDED: 'is over' };
  return fault('EVENT_CLOSED', `The event ${reasons[status]}.`, field);
}

/** Said when no place is left. */
export const eventFull = () => fault('EVENT_FULL', 'Every place is taken.', ['input', 'eventId']);

/** What stands against giving back a place, for a viewer who sees the registration; null when nothing does. */
export function registrationCancelFault(
  viewer: Viewer,
  registration: Registration,
  event: Event,
  now: Date,
): UserFault | null {
  if (registration.attendeeId !== viewer.userId && !organizes(viewer, event))
    return fault('FORBIDDEN', 'Only the attendee and the organiser may give this place back.', ['id']);
  if (registration.status === 'CANCELLED')
    return fault('CONFLICT', 'The place has been given back already.', ['id']);
  return closedFault(event, now, ['id']);
}
