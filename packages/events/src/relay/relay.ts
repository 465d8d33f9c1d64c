import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { retention as defaultRetention, type Retention } from '../retention.ts';
import { backoffMs } from '../shared/backoff.ts';
import { logKeys } from '../shared/log-keys.ts';
import { eventMetrics } from '../shared/metrics.ts';
import { createOutage } from '../shared/outage.ts';
import { openRedisLink } from '../shared/redis.ts';
import { WakeUp } from '../shared/wake-up.ts';
import { LogWriter } from './log-writer.ts';
import { lastPositionOf } from './outbox-rows.ts';
import { prune } from './prune.ts';
import { Publisher } from './publisher.ts';
import { openSession, type RelaySession } from './session.ts';
import { settle } from './settled.ts';

/** A notification can be lost with its connection, and Redis its memory without a word: look by oneself this often. */
const SWEEP_MS = 2_000;
/** How often one who stands by asks for the lock. Waiting for it inside PostgreSQL would hold back its vacuum. */
const LOCK_MS = 1_000;

/** Brings the committed events of one domain from its outbox into its log. */
export interface Relay {
  start(): void;
  /**
   * Waits until these events are in the log, whichever process put them there.
   *
   * @param timeoutMs default 2000
   * @returns false when the time was not enough; the events are published later all the same
   */
  settled(eventIds: string[], timeoutMs?: number): Promise<boolean>;
  /** Lets go of the lock, so that another process takes over at once. */
  close(): Promise<void>;
}

export interface RelayOptions {
  domain: string;
  databaseUrl: string;
  redisUrl: string;
  logger: Logger;
  /** If omitted, nothing is measured. */
  metrics?: Registry;
  /** If omitted, what `retention.ts` says. */
  retention?: Retention;
}

/** Creates the relay of a domain. It may run in many processes: one is active, the others stand by. */
export function createRelay(options: RelayOptions): Relay {
  const { domain, databaseUrl, redisUrl, retention = defaultRetention } = options;
  const logger = options.logger.child({ relay: domain });
  const outage = createOutage(logger, 'The relay');
  const news = new WakeUp();
  const closing = new WakeUp();
  const progress = new WakeUp();
  let isDue = false;
  let isClosed = false;
  let session: RelaySession | null = null;
  let running: Promise<void> | null = null;

  const wake = () => {
    isDue = true;
    news.wake();
  };
  const redis = openRedisLink(redisUrl, logger, () => {
    publisher.doubt();
    wake();
  });
  const keys = logKeys(domain, redis.client.options.db ?? 0);
  const writer = new LogWriter(redis, keys, retention.streamEntries);
  const publisher = new Publisher({
    domain,
    writer,
    isLogReachable: () => redis.ready,
    retention,
    logger,
    metrics: eventMetrics(options.metrics),
    onProgress: () => progress.wake(),
  });

  async function run(): Promise<void> {
    let attempt = 0;
    const works = () => {
      attempt = 0;
      outage.works();
    };
    while (!isClosed) {
      try {
        session = await openSession({ domain, databaseUrl, onNews: wake });
        await serve(session, works);
      } catch (error) {
        if (!isClosed) outage.failed(error);
      }
      await session?.end();
      session = null;
      if (!isClosed) await closing.sleep(backoffMs(attempt, 1_000));
      attempt += 1;
    }
  }

  /** Stands by until the lock is free, then relays until the session is lost. */
  async function serve(current: RelaySession, works: () => void): Promise<void> {
    while (!(await current.tryLock())) {
      works();
      await closing.sleep(LOCK_MS);
      if (isClosed) return;
    }
    await current.listen();
    const sweep = everyMs(SWEEP_MS);
    const pruning = everyMs(retention.pruneEveryMs);
    while (!isClosed) {
      isDue = false;
      if (sweep.isDue()) publisher.doubt();
      await pass(current);
      works();
      if (publisher.head !== null && pruning.isDue()) await prune(current.query, publisher.head, retention);
      if (current.lost) throw current.lost;
      if (!isDue) await news.sleep(SWEEP_MS);
    }
  }

  async function pass(current: RelaySession): Promise<void> {
    try {
      await publisher.pass(current.query);
    } catch (error) {
      publisher.doubt();
      // When Redis went in the middle, its return wakes us; the lock need not be given up for that.
      if (current.lost || redis.ready) throw error;
    }
  }

  async function isPublished(position: number): Promise<boolean> {
    if ((publisher.head ?? 0) >= position) return true;
    return redis.ready && ((await writer.head()) ?? 0) >= position;
  }

  return {
    start() {
      running ??= run();
    },
    settled(eventIds, timeoutMs = 2_000) {
      wake();
      return settle({
        timeoutMs,
        lastPosition: async () => session && lastPositionOf(session.query, eventIds).catch(() => null),
        isPublished: (position) => isPublished(position).catch(() => false),
        progress,
      });
    },
    async close() {
      isClosed = true;
      wake();
      closing.wake();
      await running;
      redis.close();
    },
  };
}

/** Says at the first time of asking, and then whenever the time has passed, that something is due. */
function everyMs(milliseconds: number): { isDue(): boolean } {
  let last = Number.NEGATIVE_INFINITY;
  return {
    isDue() {
      const isDue = Date.now() - last >= milliseconds;
      if (isDue) last = Date.now();
      return isDue;
    },
  };
}
