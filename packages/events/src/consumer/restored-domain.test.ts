import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DomainEvent } from '../domain-event.ts';
import { createEventLog, type EventLog } from '../log/event-log.ts';
import { continueHistory } from '../relay/continue-history.ts';
import type { Relay } from '../relay/relay.ts';
import { type RedisProcess, startRedisProcess } from '../testing/redis-process.ts';
import { take } from '../testing/sample-events.ts';
import { createScratchDatabase, type ScratchDatabase } from '../testing/scratch-database.ts';
import { soon } from '../testing/soon.ts';
import { createUsersDomain, type UsersDomain } from '../testing/users-domain.ts';
import { type Consumer, createConsumer } from './consumer.ts';

const logger = pino({ level: 'silent' });

let redis: RedisProcess;
let users: UsersDomain;
let consuming: ScratchDatabase;
let relay: Relay;
let log: EventLog;
let consumer: Consumer;
beforeAll(async () => {
  redis = await startRedisProcess();
  [users, consuming] = await Promise.all([createUsersDomain(redis.url), createScratchDatabase()]);
  await consuming.query('CREATE TABLE effect (number serial PRIMARY KEY, event_id uuid NOT NULL)');
});
afterAll(async () => {
  await Promise.all([users[Symbol.asyncDispose](), consuming[Symbol.asyncDispose]()]);
  await redis[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await redis.admin.flushall();
  await users.database.query('TRUNCATE outbox');
  await consuming.query('TRUNCATE effect, inbox, consumer_offset');
  relay = users.startRelay();
  startConsumer();
});
afterEach(async () => {
  await stopConsumer();
  await relay.close();
});

function startConsumer(): void {
  log = createEventLog({ redisUrl: redis.url, logger });
  consumer = createConsumer({
    name: 'test',
    domain: 'users',
    database: consuming.prisma,
    log,
    handlers: {
      userUpdated: async (transaction, { eventId }) => {
        await transaction.$executeRaw`INSERT INTO effect (event_id) VALUES (${eventId}::uuid)`;
      },
    },
    logger,
  });
  consumer.start();
}

async function stopConsumer(): Promise<void> {
  await consumer.close();
  await log.close();
}

async function commit(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await users.commit());
  return ids;
}

async function effects(): Promise<string[]> {
  const rows = await consuming.query<{ event_id: string }>('SELECT event_id FROM effect ORDER BY number');
  return rows.map(({ event_id: id }) => id);
}

/** What an operator does who restores by hand: the database is as it was, and says so nowhere. */
async function setBack(position: number): Promise<void> {
  await users.database.query('DELETE FROM outbox WHERE position > $1', [position]);
}

/** What `restoreBackup` does. */
async function restore(position: number): Promise<void> {
  await setBack(position);
  await continueHistory(users.database.query, position);
}

interface Case {
  title: string;
  back: (position: number) => Promise<void>;
  isRedisLost: boolean;
  isConnected: boolean;
}

const cases: Case[] = [
  { title: 'restored', back: restore, isRedisLost: false, isConnected: false },
  { title: 'restored, and Redis is lost', back: restore, isRedisLost: true, isConnected: false },
  { title: 'restored while it reads', back: restore, isRedisLost: false, isConnected: true },
  {
    title: 'restored while it reads, and Redis is lost',
    back: restore,
    isRedisLost: true,
    isConnected: true,
  },
  { title: 'set back by hand', back: setBack, isRedisLost: false, isConnected: false },
  { title: 'set back by hand while it reads', back: setBack, isRedisLost: false, isConnected: true },
];

test.each(cases)('a consumer passes over no event of a domain that was $title', async (story) => {
  const before = await commit(3);
  await relay.settled(before);
  const lost = await commit(4);
  await relay.settled(lost);
  await consumer.catchUp(10_000);
  if (!story.isConnected) await stopConsumer();
  // What the inbox knew of them long ago is forgotten: only the log can say what is new.
  await consuming.query('DELETE FROM inbox');

  await relay.close();
  await story.back(3);
  if (story.isRedisLost) await redis.admin.flushall();
  // It has grown past where the consumer stood before anybody looks.
  const since = await commit(9);
  relay = users.startRelay();
  if (!story.isConnected) startConsumer();
  await soon(async () => expect(await effects()).toEqual([...before, ...lost, ...since]));
  since.push(...(await commit(2)));
  await soon(async () => expect(await effects()).toEqual([...before, ...lost, ...since]));
});

test('a consumer goes back to where its history parts, over any number of restores', async () => {
  const [first, second, third] = [await commit(3), await commit(2), await commit(2)];
  await relay.settled(third);
  await restore(5);
  const fourth = await commit(4);
  await soon(async () => expect(await effects()).toEqual([...first, ...second, ...third, ...fourth]));
  await stopConsumer();
  await consuming.query('DELETE FROM inbox');

  await relay.close();
  await restore(3);
  relay = users.startRelay();
  const fifth = await commit(4);
  startConsumer();
  await soon(async () =>
    expect(await effects()).toEqual([...first, ...second, ...third, ...fourth, ...fifth]),
  );
});

test('who was connected or comes back with a cursor of what is no more is told; others read on over the seam', async () => {
  const selector = { names: ['userUpdated'] } as const;
  await relay.settled(await commit(7));
  const connected = (await log.subscribe('users', selector)).next().catch((error) => error);
  await restore(4);
  const since = await commit(3);
  expect(await connected).toMatchObject({ name: 'CursorExpiredError', cursor: '7', goesOnAfter: '4' });

  const late = await log.subscribe('users', selector, '6');
  await expect(late.next()).rejects.toMatchObject({ name: 'CursorExpiredError', goesOnAfter: '4' });
  await expect(log.read('users', '6', 10)).rejects.toMatchObject({ cursor: '6', goesOnAfter: '4' });

  const ids = (events: DomainEvent[]) => events.map(({ eventId }) => eventId);
  expect(ids(await take(await log.subscribe('users', selector, '4'), 3))).toEqual(since);
  const old = await take(await log.subscribe('users', selector, '2'), 5);
  expect(ids(old).slice(2)).toEqual(since);
  // A position between two events of others is one to come back with, too.
  const first = Number(old[2]!.position) - 2;
  expect(ids(await take(await log.subscribe('users', selector, String(first)), 3))).toEqual(since);
});
