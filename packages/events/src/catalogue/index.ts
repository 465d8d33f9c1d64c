import type { z } from 'zod';
import { authEvents } from './auth.ts';
import type { EventDefinition, OwnedEvent } from './define.ts';
import { eventsEvents } from './events.ts';
import { notificationsEvents } from './notifications.ts';
import { routerEvents } from './router.ts';
import { usersEvents } from './users.ts';

/** Every event of Kronos: name → owner, payload schema and key. */
export const catalogue = {
  ...authEvents,
  ...usersEvents,
  ...eventsEvents,
  ...notificationsEvents,
  ...routerEvents,
};

/** The name of an event in the catalogue. */
export type EventName = keyof typeof catalogue;

/** What the event of that name carries. */
export type EventPayload<Name extends EventName> = z.output<(typeof catalogue)[Name]['payload']>;

/** The catalogue's entry for an event. */
export function eventDefinition(name: EventName): OwnedEvent<EventDefinition> {
  return catalogue[name] as OwnedEvent<EventDefinition>;
}

/** The names of all events that a domain publishes. */
export function eventNamesOf(domain: string): EventName[] {
  const names = Object.keys(catalogue) as EventName[];
  return names.filter((name) => eventDefinition(name).owner === domain);
}
