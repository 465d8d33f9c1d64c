import type { Committed } from './truth.ts';

/** Events whose position is not in the order in which the transactions of their key, an event's row, wrote. */
export function countOutOfOrder(committed: readonly Committed[]): number {
  const last = new Map<unknown, number>();
  let count = 0;
  for (const { payload, sequence } of committed) {
    if (sequence < (last.get(payload.eventId) ?? 0)) count++;
    last.set(payload.eventId, sequence);
  }
  return count;
}

/**
 * How many messages to attendees are missing or too many, by what happened in the events domain: one for a welcome, one
 * for each registration, and one for each change of what they go to. Every event has its effect in the other domain once.
 */
export function countWithoutEffect(
  events: readonly Committed[],
  notifications: readonly Committed[],
): number {
  const going = new Map<unknown, Set<unknown>>();
  const due = new Map<unknown, number>();
  const owe = (person: unknown) => due.set(person, (due.get(person) ?? 1) + 1);

  for (const { name, payload } of events) {
    const { eventId, attendeeId } = payload;
    const attendees = going.get(eventId) ?? new Set();
    going.set(eventId, attendees);
    if (name === 'registrationCreated') {
      attendees.add(attendeeId);
      owe(attendeeId);
    } else if (name === 'registrationCancelled') attendees.delete(attendeeId);
    else if (name === 'eventUpdated') attendees.forEach(owe);
  }
  for (const { payload } of notifications) {
    const left = due.get(payload.recipientId);
    if (left !== undefined) due.set(payload.recipientId, left - 1);
  }
  return [...due.values()].reduce((sum, left) => sum + Math.abs(left), 0);
}
