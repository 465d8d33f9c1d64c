import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventLogUnavailableError } from '../errors.ts';
import { createEventLog, type EventLog } from '../log/event-log.ts';
import { appendToOutbox } from '../outbox.ts';
import type { Relay } from '../relay/relay.ts';
import { recordingLogger } from '../testing/log-records.ts';
import { type RedisProcess, startRedisProcess } from '../testing/redis-process.ts';
import {
  createScratchDatabase,
  type ScratchDatabase,
  type ScratchTransaction,
} from '../testing/scratch-database.ts';
import { createUsersDomain, type UsersDomain } from '../testing/users-domain.ts';
import { type Consumer, type ConsumerOptions, createConsumer } from './consumer.ts';

const PATIENT = { timeout: 10_000, interval: 20 };

let redis: RedisProcess;
let users: UsersDomain;
let relay: Relay;
let consuming: ScratchDatabase;
let log: EventLog;
let consumers: Consumer[];
beforeEach(async () => {
  redis = await startRedisProcess();
  [users, consuming] = await Promise.all([createUsersDomain(redis.url), createScratchDatabase()]);
  await consuming.query('CREATE TABLE effect (number serial PRIMARY KEY, event_id uuid NOT NULL)');
  log = createEventLog({ redisUrl: redis.url, logger: pino({ level: 'silent' }) });
  relay = users.startRelay();
  consumers = [];
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.close()));
  await log.close();
  await Promise.all([users[Symbol.asyncDispose](), consuming[Symbol.asyncDispose]()]);
  await redis[Symbol.asyncDispose]();
});

type Options = ConsumerOptions<ScratchTransaction>;

/** Starts a consumer whose effect is a row of the table `effect`. */
function startConsumer(options: Partial<Options> = {}): Consumer {
  const consumer = createConsumer({
    name: 'test',
    domain: 'users',
    database: consuming.prisma,
    log,
    handlers: { userUpdated: (transaction, event) => noteEffect(transaction, event.eventId) },
    logger: pino({ level: 'silent' }),
    ...options,
  });
  consumers.push(consumer);
  consumer.start();
  return consumer;
}

async function noteEffect(transaction: ScratchTransaction, eventId: string): Promise<void> {
  await transaction.$executeRaw`INSERT INTO effect (event_id) VALUES (${eventId}::uuid)`;
}

async function effects(): Promise<string[]> {
  const rows = await consuming.query<{ event_id: string }>('SELECT event_id FROM effect ORDER BY number');
  return rows.map((row) => row.event_id);
}

async function offset(): Promise<number | undefined> {
  const [row] = await consuming.query<{ position: string }>('SELECT position FROM consumer_offset');
  return row && Number(row.position);
}

async function commitMany(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await users.commit());
  await relay.settled(ids);
  return ids;
}

test('a new consumer begins with the oldest event, and knows when it has caught up', async () => {
  const ids = await commitMany(3);
  const consumer = startConsumer();
  await consumer.catchUp(10_000);
  expect(await effects()).toEqual(ids);
  expect(await offset()).toBe(3);

  ids.push(...(await commitMany(2)));
  await consumer.catchUp();
  expect(await effects()).toEqual(ids);
});

test('a consumer goes on where it has stopped', async () => {
  const first = startConsumer();
  const ids = await commitMany(2);
  await first.catchUp(10_000);
  await first.close();
  ids.push(...(await commitMany(2)));
  await startConsumer().catchUp(10_000);
  expect(await effects()).toEqual(ids);
});

test('two of the same consumer let each effect happen once and in order', async () => {
  const pair = [startConsumer(), startConsumer()];
  const ids = await commitMany(60);
  await Promise.all(pair.map((consumer) => consumer.catchUp(20_000)));
  expect(await effects()).toEqual(ids);
  expect(await offset()).toBe(60);
});

test('events that are delivered again have no second effect', async () => {
  const first = startConsumer();
  const ids = await commitMany(4);
  await first.catchUp(10_000);
  await first.close();
  await consuming.query('UPDATE consumer_offset SET position = 1');
  await startConsumer().catchUp(10_000);
  expect(await effects()).toEqual(ids);
  expect(await offset()).toBe(4);
});

test('an effect that fails leaves nothing behind, is tried again, and holds the later ones back', async () => {
  const { logger, records } = recordingLogger();
  const metrics = new Registry();
  let failures = 3;
  const ids = await commitMany(3);
  const consumer = startConsumer({
    logger,
    metrics,
    handlers: {
      async userUpdated(transaction, event) {
        await noteEffect(transaction, event.eventId);
        if (event.eventId === ids[1] && failures-- > 0) throw new Error('not today');
      },
    },
  });
  await consumer.catchUp(10_000);
  expect(await effects()).toEqual(ids);
  expect(records.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'The effect of an event has failed; trying until it works'],
    [30, 'The effect of an event works again'],
  ]);
  const counts = await metrics.getSingleMetricAsString('kronos_events_consumed_total');
  expect(counts).toContain('outcome="failed"} 3');
  expect(counts).toContain('outcome="processed"} 3');
});

test('catching up gives up in time when an effect keeps failing', async () => {
  await commitMany(1);
  const consumer = startConsumer({ handlers: { userUpdated: () => Promise.reject(new Error('never')) } });
  await expect(consumer.catchUp(300)).rejects.toBeInstanceOf(EventLogUnavailableError);
});

test('events without a handler are passed, and do not stand in the way of catching up', async () => {
  const consumer = startConsumer({
    handlers: { accessChanged: (transaction, event) => noteEffect(transaction, event.eventId) },
  });
  await commitMany(2);
  const wanted = await users.database.prisma.$transaction((tx) =>
    appendToOutbox(tx, 'accessChanged', { userId: randomUUID(), roles: [], scopes: [] }),
  );
  await commitMany(2);
  await consumer.catchUp(10_000);
  expect(await effects()).toEqual([wanted]);
  await consumer.close();
  expect(await offset()).toBe(5);
});

test('an event whose name this version does not know does not stand in the way either', async () => {
  const consumer = startConsumer();
  const [id] = await commitMany(1);
  await users.database.query(
    `INSERT INTO outbox (id, name, payload) VALUES (gen_random_uuid(), 'userTeleported', '{}')`,
  );
  await vi.waitFor(async () => expect(await log.head('users')).toBe('2'), PATIENT);
  await consumer.catchUp(10_000);
  expect(await effects()).toEqual([id]);
});

test('a consumer that was away for longer than the log reaches back says so and goes on with the oldest event', async () => {
  const first = startConsumer();
  const before = await commitMany(1);
  await first.catchUp(10_000);
  await first.close();
  const ids = await commitMany(5);
  await redis.admin.xtrim('kronos:events:users', 'MAXLEN', 2);
  const { logger, records } = recordingLogger();
  // As after a restart: the first one's log still has the events in memory.
  const freshLog = createEventLog({ redisUrl: redis.url, logger: pino({ level: 'silent' }) });
  const second = startConsumer({ logger, log: freshLog });
  await second.catchUp(10_000);
  await second.close();
  await freshLog.close();
  expect(await effects()).toEqual([...before, ...ids.slice(3)]);
  expect(records.map(({ level, msg }) => [level, msg])).toEqual([[50, 'Events were lost to a consumer']]);
});

test('a consumer begins with what is retained of an old log, which is no loss', async () => {
  const ids = await commitMany(4);
  await redis.admin.xtrim('kronos:events:users', 'MAXLEN', 2);
  const { logger, records } = recordingLogger();
  await startConsumer({ logger }).catchUp(10_000);
  expect(await effects()).toEqual(ids.slice(2));
  expect(records).toEqual([]);
});

test('effects happen once although Redis is emptied, killed and started again', {
  timeout: 60_000,
}, async () => {
  const pair = [startConsumer(), startConsumer()];
  const ids = await commitMany(5);
  await redis.admin.flushall();
  ids.push(...(await commitMany(5)));
  await redis.kill();
  for (let index = 0; index < 5; index += 1) ids.push(await users.commit());
  await redis.restart();
  ids.push(...(await commitMany(5)));
  await vi.waitFor(async () => expect(await effects()).toHaveLength(20), PATIENT);
  await Promise.all(pair.map((consumer) => consumer.catchUp(10_000)));
  expect(await effects()).toEqual(ids);
});

test('effects happen once although the consumer loses its database', async () => {
  const consumer = startConsumer();
  const ids = await commitMany(3);
  await consuming.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  ids.push(...(await commitMany(3)));
  await consumer.catchUp(10_000);
  expect(await effects()).toEqual(ids);
});

test('closing waits for the effect in progress, but not for a log that is away', async () => {
  let finish = () => {};
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const started = vi.fn();
  const consumer = startConsumer({
    handlers: {
      async userUpdated(transaction, event) {
        started();
        await gate;
        await noteEffect(transaction, event.eventId);
      },
    },
  });
  const ids = await commitMany(1);
  await vi.waitFor(() => expect(started).toHaveBeenCalled(), PATIENT);
  const closing = consumer.close();
  finish();
  await closing;
  expect(await effects()).toEqual(ids);

  await redis.kill();
  const waiting = startConsumer({ name: 'other' });
  const before = Date.now();
  await waiting.close();
  expect(Date.now() - before).toBeLessThan(2_000);
});
