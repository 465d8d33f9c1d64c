import { randomUUID } from 'node:crypto';
import type { DomainEvent } from '../domain-event.ts';
import { type LogEntry, toLogEntry } from '../log/log-reader.ts';

/** An event of `users` at a position, as the relay puts it into the log. */
export function sampleEvent(position: number, userId: string = randomUUID()): LogEntry {
  const event: DomainEvent<'userUpdated'> = {
    position: String(position),
    eventId: randomUUID(),
    name: 'userUpdated',
    key: userId,
    occurredAt: new Date().toISOString(),
    payload: { userId },
  };
  return toLogEntry(event);
}

/** Events at the positions from `first` to `last`. */
export function sampleEvents(first: number, last: number): LogEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => sampleEvent(first + index));
}

/** Takes the next `count` events of a subscription. */
export async function take(
  events: AsyncIterator<DomainEvent, undefined>,
  count: number,
): Promise<DomainEvent[]> {
  const taken: DomainEvent[] = [];
  while (taken.length < count) {
    const step = await events.next();
    if (step.done) throw new Error(`The subscription ended after ${taken.length} of ${count} events`);
    taken.push(step.value);
  }
  return taken;
}
