import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasRedisServer, type RedisProcess, startRedisProcess } from '../testing/redis-process.ts';
import { createUsersDomain, type UsersDomain } from '../testing/users-domain.ts';
import { createEventLog } from './event-log.ts';

const ALL = { names: ['userUpdated'] } as const;
const EVENTS = 9_000;
const PUBLISHERS = 3;
const CONSUMERS = 6;

let redis: RedisProcess;
let users: UsersDomain;
beforeAll(async () => {
  redis = await startRedisProcess();
  users = await createUsersDomain(redis.url);
});
afterAll(async () => {
  await users[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

const below = (limit: number) => Math.floor(Math.random() * limit);
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Reads the whole log, leaving and coming back at random, at times too slow for its buffer. */
async function consumeAll(redisUrl: string): Promise<string[]> {
  const log = createEventLog({ redisUrl, logger: pino({ level: 'silent' }) });
  const seen: string[] = [];
  let cursor = '0';
  while (seen.length < EVENTS) {
    const subscription = await log.subscribe('users', ALL, cursor);
    for (let left = 1 + below(1_500); left > 0 && seen.length < EVENTS; left -= 1) {
      const step = await subscription.next();
      if (step.done) throw new Error('The subscription ended by itself');
      seen.push(step.value.eventId);
      cursor = step.value.position;
      if (below(200) === 0) await pause(below(20));
    }
    await subscription.return?.();
    if (below(3) === 0) await pause(below(30));
  }
  await log.close();
  return seen;
}

async function publish(): Promise<void> {
  for (let left = EVENTS / PUBLISHERS; left > 0; ) {
    const count = Math.min(left, 1 + below(20));
    await users.database.query(
      `INSERT INTO outbox (id, name, payload)
       SELECT gen_random_uuid(), 'userUpdated', '{}' FROM generate_series(1, $1)`,
      [count],
    );
    left -= count;
    await pause(below(30));
  }
}

/** Breaks one thing after the other until told to stop. @returns how often each was broken */
async function harm(isOver: () => boolean) {
  const faults = { announcements: 0, memory: 0, server: 0, relay: 0 };
  for (let round = 0; !isOver(); round += 1) {
    await pause(50 + below(100));
    if (round % 12 === 5) {
      await redis.admin.flushall();
      faults.memory += 1;
    } else if (round % 12 === 11) {
      await redis.restart();
      faults.server += 1;
    } else if (round % 4 === 2) {
      for (const pid of await users.relaySessions({ active: true })) await users.terminate(pid);
      faults.relay += 1;
    } else {
      await redis.admin.client('KILL', 'TYPE', 'pubsub');
      faults.announcements += 1;
    }
  }
  return faults;
}

const title = 'every consumer sees every event once and in order, whatever happens to Redis and to relays';
test.skipIf(!hasRedisServer)(title, { timeout: 120_000 }, async () => {
  users.startRelay();
  users.startRelay();
  let isOver = false;
  const consuming = Promise.all(Array.from({ length: CONSUMERS }, () => consumeAll(redis.url))).finally(
    () => {
      isOver = true;
    },
  );
  const publishing = Promise.all(Array.from({ length: PUBLISHERS }, publish));
  const [seen, faults] = await Promise.all([consuming, harm(() => isOver), publishing]);

  const rows = await users.database.query<{ id: string }>('SELECT id FROM outbox ORDER BY position');
  const truth = rows.map((row) => row.id);
  expect(truth).toHaveLength(EVENTS);
  for (const ids of seen) expect(ids).toEqual(truth);
  for (const count of Object.values(faults)) expect(count).toBeGreaterThan(0);
});
