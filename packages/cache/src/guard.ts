import type { CacheOptions } from './cache.ts';
import { CacheUnavailableError } from './cache.ts';
import type { Store } from './store.ts';

/** How many invalidations are kept while Redis is away; beyond that, everything is invalidated when it is back. */
const maxOwed = 10_000;
/** After Redis did not answer in time nobody asks it for so long. */
const pauseMs = 1_000;

/** Whether the cache may be used, and what this process still owes it. */
export interface Guard {
  /** False: compute. Makes up for what is owed first. */
  isUsable(): Promise<boolean> | boolean;
  /** Redis did not answer. */
  failed(error: unknown): void;
  /** Invalidates, or owes it. */
  invalidate(members: readonly string[]): Promise<void>;
}

/**
 * Keeps a process that could not tell Redis what has changed from reading it: first it makes up for that.
 */
export function createGuard(store: Store, logger: CacheOptions['logger']): Guard {
  const owed = new Set<string>();
  let owesEverything = false;
  let pausedUntil = 0;
  let isToldOf = false;
  let paying: Promise<boolean> | undefined;

  function failed(error: unknown): void {
    pausedUntil = performance.now() + pauseMs;
    if (isToldOf) return;
    isToldOf = true;
    logger.warn({ err: error }, 'The cache does not answer: everything is computed.');
  }

  function works(): void {
    if (!isToldOf) return;
    isToldOf = false;
    logger.info('The cache answers again.');
  }

  async function pay(): Promise<boolean> {
    // What comes to be owed meanwhile stays owed.
    const members = [...owed];
    const everything = owesEverything;
    try {
      if (everything) await forget(store);
      else await store.invalidate(members);
    } catch (error) {
      failed(error);
      return false;
    }
    if (everything) owesEverything = false;
    for (const member of members) owed.delete(member);
    return owed.size === 0 && !owesEverything;
  }

  function payOnce(): Promise<boolean> {
    paying ??= pay().finally(() => {
      paying = undefined;
    });
    return paying;
  }

  // Others read what this process could not invalidate: it does so as soon as it can, whether anybody reads here or not.
  store.redis.on('ready', () => {
    pausedUntil = 0;
    works();
    if (owed.size > 0 || owesEverything) void payOnce();
  });

  return {
    failed,
    isUsable() {
      if (store.redis.status !== 'ready' || performance.now() < pausedUntil) return false;
      works();
      return owed.size === 0 && !owesEverything ? true : payOnce();
    },
    async invalidate(members) {
      try {
        await store.invalidate(members);
      } catch (error) {
        if (owed.size + members.length > maxOwed) {
          owesEverything = true;
          owed.clear();
        } else for (const member of members) owed.add(member);
        failed(error);
        throw new CacheUnavailableError('Redis does not answer.', { cause: error });
      }
    },
  };
}

/** A state that is gone begins anew above everything: all entries are worth nothing. */
async function forget({ redis, slots }: Store): Promise<void> {
  for (const { state } of slots) await redis.del(state);
}
