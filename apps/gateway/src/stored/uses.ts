import type { Logger } from '@kronos/service';
import type { Redis } from 'ioredis';
import type { HeldRules } from '../rules/hold-rules.ts';

/** Counts how often stored operations are run, for whoever asks which are not. */
export interface Uses {
  /** Notes a run of a document; of one that is not stored nothing is noted. */
  count(hash: string): void;
  /** Writes what was counted since, and ends. */
  close(): Promise<void>;
}

/** By hash of the document: when it was last run, in milliseconds since the epoch, and how often. */
const usedKey = 'kronos:operations:used';
const usesKey = 'kronos:operations:uses';
const flushMs = 5_000;

/** Counts in memory, and adds it to what all gateways have counted every few seconds; Redis may be away meanwhile. */
export function createUses(
  rules: Pick<HeldRules, 'current'>,
  redis: Redis | undefined,
  logger: Pick<Logger, 'debug'>,
): Uses {
  let counted = new Map<string, number>();

  async function flush(): Promise<void> {
    if (!redis || counted.size === 0) return;
    const uses = counted;
    counted = new Map();
    const now = Date.now();
    const writes = redis.multi();
    for (const [hash, count] of uses) writes.hincrby(usesKey, hash, count).hset(usedKey, hash, now);
    try {
      for (const [error] of (await writes.exec()) ?? []) if (error) throw error;
    } catch (error) {
      logger.debug({ err: error }, 'the uses of stored operations could not be written');
      for (const [hash, count] of uses) counted.set(hash, (counted.get(hash) ?? 0) + count);
    }
  }

  const timer = setInterval(flush, flushMs).unref();
  return {
    count(hash) {
      if (redis && rules.current.documentOf(hash) !== undefined)
        counted.set(hash, (counted.get(hash) ?? 0) + 1);
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
