import type { Cache } from '@kronos/cache';
import {
  appendToOutbox,
  catalogue,
  type DomainEvent,
  type EventName,
  entityTags,
  type Handlers,
} from '@kronos/events';
import type { Prisma } from '@kronos/prisma-cache';

type EventHandlers = Handlers<Prisma.TransactionClient>;

/**
 * For every event of every other domain: what is cached of the entities that it names is worth nothing any more. When Redis
 * does not answer, the event stays, and is tried again.
 */
export function onEvents(cache: Pick<Cache, 'invalidate'>): Record<string, EventHandlers> {
  async function invalidate(tx: Prisma.TransactionClient, event: DomainEvent): Promise<void> {
    const tags = entityTags(event.payload);
    if (tags.length === 0) return;
    await cache.invalidate({ tags });
    await appendToOutbox(tx, 'cacheInvalidated', { namespace: null, tags, keys: [], cause: event.name });
  }

  const others = Object.entries(catalogue).filter(([, { owner }]) => owner !== 'cache');
  const byDomain = Map.groupBy(others, ([, { owner }]) => owner);
  return Object.fromEntries(
    [...byDomain].map(([domain, events]) => [
      domain,
      Object.fromEntries(events.map(([name]) => [name as EventName, invalidate])) as EventHandlers,
    ]),
  );
}
