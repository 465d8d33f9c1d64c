import { pino } from 'pino';
import { Hub } from '../log/hub.ts';
import { LogWriter } from '../relay/log-writer.ts';
import { logKeys } from '../shared/log-keys.ts';
import { eventMetrics } from '../shared/metrics.ts';
import { openRedisLink } from '../shared/redis.ts';

/** The log of `users` without a relay and without announcements: a test does both by hand. */
export interface OpenLog {
  hub: Hub;
  writer: LogWriter;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens a log with the given head, as a relay leaves it. */
export async function openLog(redisUrl: string): Promise<OpenLog> {
  const logger = pino({ level: 'silent' });
  const link = openRedisLink(redisUrl, logger, () => {});
  await link.whenReady(5_000);
  const keys = logKeys('users', 0);
  const hub = new Hub({ domain: 'users', link, keys, logger, metrics: eventMetrics() });
  return {
    hub,
    writer: new LogWriter(link, keys, 10_000),
    async [Symbol.asyncDispose]() {
      hub.close();
      link.close();
    },
  };
}
