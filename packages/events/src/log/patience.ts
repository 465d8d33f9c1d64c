import { setTimeout as pause } from 'node:timers/promises';
import { EventLogUnavailableError } from '../errors.ts';
import type { RedisLink } from '../shared/redis.ts';

/** How long a reader waits for Redis to come back, or to be filled again, before it is told that there is no log. */
export const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/** Why the log cannot be read now. */
export function reasonOf(link: RedisLink): string {
  return link.ready
    ? 'Redis has been emptied and is not filled again yet'
    : 'there is no connection to Redis';
}

/**
 * Reads until there is an answer.
 *
 * @param read answers null when Redis is not filled yet; may fail while Redis is away
 * @throws EventLogUnavailableError when there is none in time
 */
export async function readWithPatience<Answer>(
  domain: string,
  link: RedisLink,
  read: () => Promise<Answer | null>,
): Promise<Answer> {
  const deadline = Date.now() + PATIENCE_MS;
  let cause: unknown;
  for (;;) {
    if (await link.whenReady(deadline - Date.now())) {
      const answer = await read().catch((error) => {
        cause = error;
        return null;
      });
      if (answer !== null) return answer;
    }
    if (Date.now() + LOOK_AGAIN_MS >= deadline)
      throw new EventLogUnavailableError(domain, reasonOf(link), { cause });
    await pause(LOOK_AGAIN_MS);
  }
}
