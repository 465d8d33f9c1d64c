import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { retention } from '../retention.ts';
import { recordingLogger } from '../testing/log-records.ts';
import { type RedisProcess, startRedisProcess } from '../testing/redis-process.ts';
import { startTcpProxy } from '../testing/tcp-proxy.ts';
import { createUsersDomain, type UsersDomain } from '../testing/users-domain.ts';

const STREAM = 'kronos:events:users';
const PATIENT = { timeout: 10_000, interval: 20 };

let redis: RedisProcess;
let users: UsersDomain;
beforeEach(async () => {
  redis = await startRedisProcess();
  users = await createUsersDomain(redis.url);
});
afterEach(async () => {
  await users[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

async function publishedIds(): Promise<string[]> {
  const rows = await redis.admin.xrange(STREAM, '-', '+');
  return rows.map(([, [, json]]) => JSON.parse(json ?? '').eventId);
}

async function commitMany(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await users.commit());
  return ids;
}

test('a committed event is in the log at once, under its position', async () => {
  const relay = users.startRelay();
  const ids = await commitMany(3);
  expect(await relay.settled(ids)).toBe(true);
  expect(await publishedIds()).toEqual(ids);
  expect((await redis.admin.xrange(STREAM, '-', '+')).map(([id]) => id)).toEqual(['1-0', '2-0', '3-0']);
  expect(await redis.admin.get(`${STREAM}:head`)).toBe('3');
});

test('a domain without events has a head: readers need not wait for a first event', async () => {
  users.startRelay();
  await vi.waitFor(async () => expect(await redis.admin.get(`${STREAM}:head`)).toBe('0'), PATIENT);
});

test('a large backlog is published in order', async () => {
  await users.database.query(
    `INSERT INTO outbox (id, name, payload) SELECT gen_random_uuid(), 'userUpdated', '{}' FROM generate_series(1, 2345)`,
  );
  users.startRelay();
  await vi.waitFor(async () => expect(await redis.admin.get(`${STREAM}:head`)).toBe('2345'), PATIENT);
  const rows = await users.database.query<{ id: string }>('SELECT id FROM outbox ORDER BY sequence');
  expect(await publishedIds()).toEqual(rows.map((row) => row.id));
});

test('settled says no for an event that was rolled back', async () => {
  const relay = users.startRelay();
  expect(await relay.settled(['0190a000-0000-7000-8000-000000000000'], 100)).toBe(false);
});

test('of two relays one is active; the other answers settled, and takes over when the first is cut off', async () => {
  const relays = [users.startRelay(), users.startRelay()];
  await vi.waitFor(async () => expect(await users.relaySessions()).toHaveLength(2), PATIENT);
  await vi.waitFor(async () => expect(await users.relaySessions({ active: true })).toHaveLength(1), PATIENT);
  const ids = await commitMany(2);
  expect(await Promise.all(relays.map((relay) => relay.settled(ids)))).toEqual([true, true]);

  const [active] = await users.relaySessions({ active: true });
  await users.terminate(active ?? 0);
  ids.push(...(await commitMany(2)));
  await vi.waitFor(async () => expect(await publishedIds()).toEqual(ids), PATIENT);
  const [successor, ...others] = await users.relaySessions({ active: true });
  expect(successor).not.toBe(active);
  expect(others).toEqual([]);
});

test('a relay that closes hands over at once', async () => {
  const first = users.startRelay();
  expect(await first.settled([await users.commit()])).toBe(true);
  const second = users.startRelay();
  await first.close();
  expect(await second.settled([await users.commit()], 5_000)).toBe(true);
});

test('events with a position that never reached Redis are published by the successor', async () => {
  await using redisProxy = await startTcpProxy(redis.url);
  await using databaseProxy = await startTcpProxy(users.database.url);
  redisProxy.cut();
  users.startRelay({ redisUrl: redisProxy.url, databaseUrl: databaseProxy.url });
  const ids = await commitMany(3);
  await vi.waitFor(async () => {
    const rows = await users.database.query('SELECT 1 FROM outbox WHERE position IS NOT NULL');
    expect(rows).toHaveLength(3);
  }, PATIENT);

  databaseProxy.cut();
  const successor = users.startRelay();
  expect(await successor.settled(ids, 10_000)).toBe(true);
  expect(await publishedIds()).toEqual(ids);
});

test('a Redis that was emptied is filled again under the same positions without any new event', async () => {
  const metrics = new Registry();
  const relay = users.startRelay({ metrics });
  await vi.waitFor(async () => expect(await redis.admin.get(`${STREAM}:head`)).toBe('0'), PATIENT);
  const ids = await commitMany(5);
  await relay.settled(ids);
  await redis.admin.flushall();
  await vi.waitFor(async () => expect(await publishedIds()).toEqual(ids), PATIENT);
  expect(await redis.admin.get(`${STREAM}:head`)).toBe('5');
  expect(await metrics.getSingleMetricAsString('kronos_events_refills_total')).toContain(
    '{domain="users"} 1',
  );
  expect(await metrics.getSingleMetricAsString('kronos_events_appended_total')).toContain(
    '{domain="users"} 5',
  );
});

test('a Redis that was killed and comes back empty is filled again, and said so once', async () => {
  const { logger, records } = recordingLogger();
  const relay = users.startRelay({ logger });
  const ids = await commitMany(3);
  await relay.settled(ids);
  await redis.kill();
  ids.push(...(await commitMany(2)));
  expect(await relay.settled(ids, 300)).toBe(false);
  await redis.restart();
  await vi.waitFor(async () => expect(await publishedIds()).toEqual(ids), PATIENT);

  const warnings = records.filter(({ level }) => level >= 40).map(({ msg }) => msg);
  expect(warnings).toEqual([
    'The connection to Redis has failed; trying until it works',
    'Redis has lost the event log; writing it again from the outbox',
  ]);
  expect(records.map(({ msg }) => msg)).toContain('The connection to Redis works again');
});

test('a Redis that has forgotten the last events gets them again', async () => {
  const relay = users.startRelay();
  const ids = await commitMany(3);
  await relay.settled(ids);
  const remembered = await redis.admin.xrange(STREAM, '-', '+');
  ids.push(...(await commitMany(2)));
  await relay.settled(ids);
  const setBack = redis.admin.multi().del(STREAM).set(`${STREAM}:head`, 3);
  for (const [id, fields] of remembered) setBack.xadd(STREAM, id, ...fields);
  await setBack.exec();

  await vi.waitFor(async () => expect(await publishedIds()).toEqual(ids), PATIENT);
});

test('a log that is ahead of the database is of another history and replaced', async () => {
  await redis.admin.xadd(STREAM, '9-0', 'event', '{"eventId":"other"}');
  await redis.admin.set(`${STREAM}:head`, '9');
  const ids = await commitMany(2);
  const relay = users.startRelay();
  expect(await relay.settled(ids, 5_000)).toBe(true);
  await vi.waitFor(async () => expect((await publishedIds()).slice(1)).toEqual(ids), PATIENT);
  // Whoever has read 1 to 9 of the other finds by their positions that these are not what comes next.
  const positions = await users.database.query<{ position: string }>(
    'SELECT position FROM outbox ORDER BY 1',
  );
  expect(positions.map(({ position }) => Number(position)).every((position) => position > 1e15)).toBe(true);
});

test('a stream is no longer than it should be, also after a refill', async () => {
  const relay = users.startRelay({ retention: { ...retention, streamEntries: 3 } });
  const ids = await commitMany(5);
  await relay.settled(ids);
  await redis.admin.flushall();
  await vi.waitFor(async () => expect(await publishedIds()).toEqual(ids.slice(2)), PATIENT);
});

test('a relay starts without PostgreSQL, outlives its outages and says each once', async () => {
  await using proxy = await startTcpProxy(users.database.url);
  proxy.cut();
  const { logger, records } = recordingLogger();
  const messages = (level: number) =>
    records.filter((record) => record.level === level).map(({ msg }) => msg);
  const recoveries = () => messages(30).filter((message) => message === 'The relay works again');
  const relay = users.startRelay({ databaseUrl: proxy.url, logger });
  const ids = [await users.commit()];
  expect(await relay.settled(ids, 300)).toBe(false);
  proxy.mend();
  expect(await relay.settled(ids, 10_000)).toBe(true);

  await vi.waitFor(() => expect(recoveries()).toHaveLength(1), PATIENT);
  proxy.cut();
  ids.push(await users.commit());
  expect(await relay.settled(ids, 300)).toBe(false);
  proxy.mend();
  expect(await relay.settled(ids, 10_000)).toBe(true);
  expect(await publishedIds()).toEqual(ids);
  await vi.waitFor(() => expect(recoveries()).toHaveLength(2), PATIENT);
  expect(messages(40)).toHaveLength(2);
});
