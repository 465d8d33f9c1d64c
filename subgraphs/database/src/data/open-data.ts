import { type Cache, createCache, openCacheRedis } from '@kronos/cache';
import type { Consumer, Handlers } from '@kronos/events';
import type { Logger } from '@kronos/service';
import type { Cluster, Redis } from 'ioredis';
import type { DomainDatabase } from '../domain-databases.ts';
import type { DataSources } from './data-query.ts';
import { onChanges } from './on-changes.ts';
import type { PageRows } from './page.ts';
import { openReaders } from './readers.ts';
import { tables } from './tables.ts';
import { watchUpToDate } from './up-to-date.ts';

/** The domains whose tables can be queried. */
type QueriedDomain = 'projects' | 'users';

/** What the process opens for queries. */
export interface OpenData<Transaction> {
  cache: Cache;
  /** What the cache is in, for keys of others, too. */
  redis: Redis | Cluster;
  /** What is to happen for the events of the domains whose tables are queried. */
  handlers: Record<QueriedDomain, Handlers<Transaction>>;
  /** @param consumers of these handlers */
  sources(consumers: Readonly<Record<QueriedDomain, Consumer>>): DataSources;
  close(): Promise<void>;
}

/** For how long an answer is fresh, and may then be given out once more while it is computed anew, in seconds. */
const [ttlSeconds, staleWhileRevalidateSeconds] = [300, 60];

/** Opens nothing that is not there: connections are made when they are needed, and made again. */
export function openData<Transaction>(
  databases: readonly DomainDatabase[],
  { redisUrl, statementTimeoutMs, logger }: { redisUrl: string; statementTimeoutMs: number; logger: Logger },
): OpenData<Transaction> {
  const redis = openCacheRedis(redisUrl, logger);
  const cache = createCache({ redis, logger });
  const readers = openReaders(databases, { statementTimeoutMs, logger });
  const pages = cache.namespace<PageRows>('data', {
    ...{ ttlSeconds, staleWhileRevalidateSeconds },
    tags: ['subgraph:<domain>', 'data:<table>', 'project:*', 'user:*', 'user:<uuid>'],
    description: `Answers of dataQuery: pages of ${Object.keys(tables).join(', ')}.`,
  });

  return {
    ...{ cache, redis },
    handlers: {
      projects: onChanges('projects', 'project:*', cache),
      users: onChanges('users', 'user:*', cache),
    },
    sources(consumers) {
      const watches = {
        projects: watchUpToDate(consumers.projects),
        users: watchUpToDate(consumers.users),
      };
      return { readers, pages, isUpToDate: (domain) => watches[domain as QueriedDomain]() };
    },
    async close() {
      await cache.close();
      redis.disconnect();
      await readers.close();
    },
  };
}
