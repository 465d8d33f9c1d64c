import type { z } from 'zod';
import { authEvents } from './auth.ts';
import { cacheEvents } from './cache.ts';
import { databaseEvents } from './database.ts';
import type { EventDefinition, OwnedEvent } from './define.ts';
import { eventsEvents } from './events.ts';
import { notificationsEvents } from './notifications.ts';
import { erasedEvent } from './personal-data.ts';
import { projectsEvents } from './projects.ts';
import { routerEvents } from './router.ts';
import { usersEvents } from './users.ts';

/** Every event of Kronos: name → owner, payload schema and key. */
export const catalogue = {
  ...authEvents,
  ...usersEvents,
  ...eventsEvents,
  ...notificationsEvents,
  ...routerEvents,
  ...projectsEvents,
  ...cacheEvents,
  ...databaseEvents,
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

/** The domains that keep something of people, in alphabetical order: those whose catalogue says how they answer. */
export function personalDataDomains(): string[] {
  const owners = Object.keys(catalogue).map((name) => eventDefinition(name as EventName).owner);
  return [...new Set(owners)].filter((domain) => erasedEvent(domain) in catalogue).sort();
}

/** The domain's events whose payload holds something personal. */
export function personalEventsOf(
  domain: string,
): { name: EventName; of: string; fields: readonly string[] }[] {
  return eventNamesOf(domain).flatMap((name) => {
    const { personal } = eventDefinition(name);
    return personal ? [{ name, ...personal }] : [];
  });
}
