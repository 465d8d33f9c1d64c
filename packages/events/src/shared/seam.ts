import type { DomainEvent } from '../domain-event.ts';

/**
 * Name of the entry at which a history goes on that was set back, such as by a restore of its database. It is no event of the
 * catalogue: whoever reads by name is not told of it.
 */
export const seamName = 'historyContinued';

/** The position of the event that comes before this one in its history; 0 when none does. */
export function previousOf(event: DomainEvent): number {
  const { name, position, payload } = event as { name: string; position: string; payload: unknown };
  if (name !== seamName) return Number(position) - 1;
  return Number((payload as { after: string }).after);
}
