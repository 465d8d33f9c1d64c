import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createOutage } from './outage.ts';
import { WakeUp } from './wake-up.ts';

const reconnectDelayMs = (attempt: number) => Math.min(50 * attempt, 1000);

/** A connection for commands that comes back by itself. */
export interface RedisLink {
  readonly client: Redis;
  /** False while there is no connection; a command would then fail at once. */
  readonly ready: boolean;
  /** Names the server's present run; another after each restart. Null while there is no connection. */
  readonly run: string | null;
  /** Waits for a connection. @returns false when the time was not enough */
  whenReady(timeoutMs: number): Promise<boolean>;
  close(): void;
}

/**
 * Connects for commands. A command fails as soon as the connection breaks, instead of being repeated later by the
 * client: the callers know what may be repeated.
 *
 * @param onReady called at each (re)connection
 */
export function openRedisLink(redisUrl: string, logger: Logger, onReady: () => void): RedisLink {
  const client = new Redis(redisUrl, {
    retryStrategy: reconnectDelayMs,
    maxRetriesPerRequest: 0,
    commandTimeout: 5_000,
    socketTimeout: 10_000,
  });
  const outage = createOutage(logger, 'The connection to Redis');
  const becameReady = new WakeUp();
  client.on('error', outage.failed);
  let run: string | null = null;
  let isClosing = false;
  client.on('close', () => {
    run = null;
    if (!isClosing) outage.failed(new Error('The connection was closed'));
  });
  client.on('ready', async () => {
    try {
      run = runOf(await client.info('server'));
    } catch {
      // The connection has broken again; its return starts this anew.
      return;
    }
    outage.works();
    becameReady.wake();
    onReady();
  });
  return {
    client,
    get ready() {
      return run !== null && client.status === 'ready';
    },
    get run() {
      return run;
    },
    async whenReady(timeoutMs) {
      if (run === null) await becameReady.sleep(timeoutMs);
      return run !== null;
    },
    close() {
      isClosing = true;
      client.disconnect();
    },
  };
}

/**
 * Connects for subscriptions. Subscribing waits for a connection for as long as it takes. Outages are noted by the
 * command connection to the same Redis, so nothing is logged here.
 */
export function openRedisSubscriber(redisUrl: string): Redis {
  const client = new Redis(redisUrl, { retryStrategy: reconnectDelayMs, maxRetriesPerRequest: null });
  client.on('error', () => {});
  return client;
}

/** A server that does not name its run (the one in JavaScript) has no persistence, so one name does for all its runs. */
function runOf(serverInfo: string): string {
  return /^run_id:(\S+)/m.exec(serverInfo)?.[1] ?? 'unnamed';
}
