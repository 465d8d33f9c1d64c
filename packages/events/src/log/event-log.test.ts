import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CursorExpiredError, EventLogUnavailableError } from '../errors.ts';
import { recordingLogger } from '../testing/log-records.ts';
import { type RedisProcess, startRedisProcess } from '../testing/redis-process.ts';
import { take } from '../testing/sample-events.ts';
import { startTcpProxy } from '../testing/tcp-proxy.ts';
import { createUsersDomain, type UsersDomain } from '../testing/users-domain.ts';
import { createEventLog, type EventLog } from './event-log.ts';

const ALL = { names: ['userUpdated'] } as const;
const logger = pino({ level: 'silent' });

let redis: RedisProcess;
let users: UsersDomain;
let log: EventLog;
beforeEach(async () => {
  redis = await startRedisProcess();
  users = await createUsersDomain(redis.url);
  log = createEventLog({ redisUrl: redis.url, logger });
});
afterEach(async () => {
  await log.close();
  await users[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

test('a subscriber without a cursor gets what happens from now on', async () => {
  const relay = users.startRelay();
  await relay.settled([await users.commit(), await users.commit()]);
  const subscription = await log.subscribe('users', ALL);
  expect(subscription.position).toBe('2');
  const eventId = await users.commit();
  expect(await take(subscription, 1)).toMatchObject([{ eventId, position: '3', name: 'userUpdated' }]);
});

test('a subscriber before the first relay waits for the head', async () => {
  const subscribing = log.subscribe('users', ALL);
  users.startRelay();
  const subscription = await subscribing;
  const eventId = await users.commit();
  expect(await take(subscription, 1)).toMatchObject([{ eventId }]);
});

test('a subscriber with a cursor gets what it has missed, then what is new', async () => {
  const relay = users.startRelay();
  const ids = [await users.commit(), await users.commit(), await users.commit()];
  await relay.settled(ids);
  const subscription = await log.subscribe('users', ALL, '1');
  ids.push(await users.commit());
  expect((await take(subscription, 3)).map(({ eventId }) => eventId)).toEqual(ids.slice(1));
});

test('read answers a page, and what is wrong with a cursor', async () => {
  const relay = users.startRelay();
  const ids = [await users.commit(), await users.commit(), await users.commit()];
  await relay.settled(ids);
  expect(await log.head('users')).toBe('3');
  expect((await log.read('users', '1', 1)).map(({ eventId }) => eventId)).toEqual([ids[1]]);
  expect(await log.read('users', '3', 10)).toEqual([]);
  await expect(log.read('users', '1700000000000-0', 10)).rejects.toBeInstanceOf(CursorExpiredError);
  await redis.admin.xtrim('kronos:events:users', 'MAXLEN', 1);
  await expect(log.read('users', '1', 10)).rejects.toMatchObject({ cursor: '1', oldest: '3' });
});

test('a cursor that is none has expired: the remedy is the same', async () => {
  await expect(log.subscribe('users', ALL, 'yesterday')).rejects.toBeInstanceOf(CursorExpiredError);
});

test('new subscribers never get refilled events, and those with a cursor get them once', async () => {
  const relay = users.startRelay();
  const ids = [await users.commit(), await users.commit(), await users.commit()];
  await relay.settled(ids);
  await redis.admin.flushall();
  const fresh = await log.subscribe('users', ALL);
  const resumed = await log.subscribe('users', ALL, '1');
  expect((await take(resumed, 2)).map(({ eventId }) => eventId)).toEqual(ids.slice(1));
  const eventId = await users.commit();
  expect(await take(fresh, 1)).toMatchObject([{ eventId }]);
  expect(await take(resumed, 1)).toMatchObject([{ eventId }]);
});

test('logical databases of one server do not hear each other', async () => {
  const elsewhere = createEventLog({ redisUrl: `${redis.url}/1`, logger });
  await using others = await createUsersDomain(`${redis.url}/1`);
  const [relay, otherRelay] = [users.startRelay(), others.startRelay()];
  const [here, there] = await Promise.all([log.subscribe('users', ALL), elsewhere.subscribe('users', ALL)]);
  const eventId = await users.commit();
  const otherId = await others.commit();
  await Promise.all([relay.settled([eventId]), otherRelay.settled([otherId])]);
  expect(await take(here, 1)).toMatchObject([{ eventId, position: '1' }]);
  expect(await take(there, 1)).toMatchObject([{ eventId: otherId, position: '1' }]);
  await elsewhere.close();
});

test('without Redis the log is not available, and says so in time', { timeout: 20_000 }, async () => {
  await redis.kill();
  const failures = await Promise.allSettled([
    log.head('users'),
    log.subscribe('users', ALL),
    log.read('users', '0', 1),
  ]);
  for (const failure of failures) {
    expect(failure).toMatchObject({ status: 'rejected', reason: expect.any(EventLogUnavailableError) });
  }
});

test('subscriptions live through an outage of Redis, which is said once', async () => {
  await using proxy = await startTcpProxy(redis.url);
  const { logger: recorder, records } = recordingLogger();
  const metrics = new Registry();
  const distant = createEventLog({ redisUrl: proxy.url, logger: recorder, metrics });
  const relay = users.startRelay();
  const subscription = await distant.subscribe('users', ALL);
  proxy.cut();
  const ids = [await users.commit(), await users.commit()];
  await relay.settled(ids);
  const during = await distant.subscribe('users', ALL);
  await vi.waitFor(() => expect(records).toHaveLength(1), { timeout: 5_000 });
  proxy.mend();
  expect((await take(subscription, 2)).map(({ eventId }) => eventId)).toEqual(ids);
  expect((await take(during, 2)).map(({ eventId }) => eventId)).toEqual(ids);
  expect(records.map(({ level }) => level)).toEqual([40, 30]);
  expect(await metrics.getSingleMetricAsString('kronos_events_log_gaps_total')).toContain(
    '{domain="users"} 2',
  );
  await distant.close();
});

test('closing while it connects for the first time leaves nothing unhandled', async () => {
  const early = createEventLog({ redisUrl: 'redis://127.0.0.1:1', logger });
  const subscribing = early.subscribe('users', ALL);
  await early.close();
  await expect(subscribing).rejects.toThrow(EventLogUnavailableError);
});

test('closing ends the iterations and leaves nothing unhandled', async () => {
  users.startRelay();
  const subscription = await log.subscribe('users', ALL);
  const next = subscription.next();
  await log.close();
  expect(await next).toEqual({ value: undefined, done: true });
  await expect(log.subscribe('users', ALL)).rejects.toBeInstanceOf(EventLogUnavailableError);
});
