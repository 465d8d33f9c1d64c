import { setTimeout as pause } from 'node:timers/promises';
import type { Cache, CacheRedis } from '@kronos/cache';
import type { PrismaClient } from '@kronos/prisma-cache';
import type { Logger } from '@kronos/service';

/** Keeps what operators have said where all processes see it. */
export interface Policies {
  /** Tells all processes what the database says now. @throws CacheUnavailableError, and does so later */
  apply(): Promise<void>;
  close(): Promise<void>;
}

/** The pause between two looks: Redis may have lost its memory without having gone away. */
const pauseMs = 10_000;

/**
 * The database knows the policies, Redis is where all processes read them: whenever there is a connection, and every ten
 * seconds, what the database says is put there.
 */
export function keepPolicies(options: {
  db: PrismaClient;
  redis: CacheRedis;
  cache: Cache;
  logger: Logger;
}): Policies {
  const { db, redis, cache, logger } = options;
  const closing = new AbortController();
  const applied = new Set<string>();
  let last: Promise<void> = Promise.resolve();

  async function put(): Promise<void> {
    const policies = await db.cachePolicy.findMany();
    const names = new Set(policies.map(({ name }) => name));
    const gone = [...applied].filter((name) => !names.has(name));
    for (const { name, ...policy } of policies) {
      await cache.setPolicy(name, policy);
      applied.add(name);
    }
    for (const name of gone) {
      await cache.setPolicy(name, null);
      applied.delete(name);
    }
  }

  /** One after the other, so that nothing older comes last. */
  function apply(): Promise<void> {
    const next = last.then(put);
    last = next.catch(() => undefined);
    return next;
  }

  function applyQuietly(): void {
    if (redis.status !== 'ready') return;
    apply().catch((error) => logger.debug({ err: error }, 'policies could not be told'));
  }

  async function keep(): Promise<void> {
    for (;;) {
      await pause(pauseMs, undefined, { signal: closing.signal, ref: false });
      applyQuietly();
    }
  }

  redis.on('ready', applyQuietly);
  const keeping = keep().catch(() => undefined);
  return {
    apply,
    async close() {
      closing.abort();
      redis.off('ready', applyQuietly);
      await keeping;
      await last;
    },
  };
}
