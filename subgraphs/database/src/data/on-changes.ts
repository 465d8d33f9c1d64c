import type { Cache } from '@kronos/cache';
import { type DomainEvent, type EventName, entityTags, eventNamesOf, type Handlers } from '@kronos/events';
import { domainTag } from './tags.ts';

/**
 * What happens here for the events of a domain whose tables are queried: whatever it says has changed is no longer answered
 * from the cache.
 *
 * @param domain such as `projects`
 * @param things the tag of all that a domain has; an event that does not bring it may be about any of them
 */
export function onChanges<Transaction>(
  domain: string,
  things: string,
  cache: Pick<Cache, 'invalidate'>,
): Handlers<Transaction> {
  const handler = async (_transaction: Transaction, event: DomainEvent) => {
    const tags = entityTags(event.payload);
    // Who may see a thing has changed: pages of people depend on that who have nothing of it by now.
    const isAccess = event.name === 'projectAccessChanged';
    await cache.invalidate({
      tags: tags.includes(things) && !isAccess ? tags : [...tags, domainTag(domain)],
    });
  };
  return Object.fromEntries(
    eventNamesOf(domain).map((name: EventName) => [name, handler]),
  ) as Handlers<Transaction>;
}
