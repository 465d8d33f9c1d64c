import type { Cache } from '@kronos/cache';
import { type DomainEvent, type EventName, eventNamesOf, type Handlers } from '@kronos/events';
import { changeTags } from './tags.ts';

/**
 * What happens here for the events of a domain whose tables are queried: whatever it says has changed is no longer answered
 * from the cache.
 *
 * @param domain such as `projects`
 */
export function onChanges<Transaction>(
  domain: string,
  cache: Pick<Cache, 'invalidate'>,
): Handlers<Transaction> {
  const handler = async (_transaction: Transaction, event: DomainEvent) => {
    await cache.invalidate({ tags: changeTags(domain, ownerIn(event.payload)) });
  };
  return Object.fromEntries(
    eventNamesOf(domain).map((name: EventName) => [name, handler]),
  ) as Handlers<Transaction>;
}

/** Whose the thing is that an event tells of, where it says so. */
function ownerIn(payload: object): string | undefined {
  const { userId, ownerId } = payload as { userId?: unknown; ownerId?: unknown };
  const owner = ownerId ?? userId;
  return typeof owner === 'string' ? owner : undefined;
}
