import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { logKeys } from '../shared/log-keys.ts';
import { openRedisLink, type RedisLink } from '../shared/redis.ts';
import { type RedisProcess, startRedisProcess } from '../testing/redis-process.ts';
import { sampleEvents } from '../testing/sample-events.ts';
import { LogWriter } from './log-writer.ts';

const keys = logKeys('users', 0);
let redis: RedisProcess;
let link: RedisLink;
let writer: LogWriter;
beforeAll(async () => {
  redis = await startRedisProcess();
  link = openRedisLink(redis.url, pino({ level: 'silent' }), () => {});
  await link.whenReady(5_000);
  writer = new LogWriter(link, keys, 1_000);
});
afterAll(async () => {
  link.close();
  await redis[Symbol.asyncDispose]();
});
beforeEach(() => redis.admin.flushall());

const positions = async () => (await redis.admin.xrange(keys.stream, '-', '+')).map(([id]) => id);
async function* batches<Batch>(...all: Batch[]) {
  yield* all;
}

test('nothing is appended to a log that was lost', async () => {
  expect(await writer.append(sampleEvents(1, 2))).toBe(-1);
  expect(await positions()).toEqual([]);
});

test('events are appended once however often it is tried, also in other batches', async () => {
  await writer.replace(null, batches(), 0);
  const events = sampleEvents(1, 4);
  expect(await writer.append(events.slice(0, 2))).toBe(2);
  expect(await writer.append(events.slice(0, 2))).toBe(2);
  expect(await writer.append(events.slice(1, 4))).toBe(4);

  expect(await positions()).toEqual(['1-0', '2-0', '3-0', '4-0']);
  expect(await writer.state()).toEqual({
    head: 4,
    isVerified: true,
    lastEntry: { position: 4, eventId: events[3]?.event.eventId },
  });
});

test('events that would leave a gap are not appended', async () => {
  await writer.replace(null, batches(), 0);
  expect(await writer.append(sampleEvents(2, 3))).toBe(-1);
  expect(await writer.append([...sampleEvents(1, 2), ...sampleEvents(9, 9)])).toBe(-1);
  expect(await writer.head()).toBe(0);
});

test('a log that has changed since it was looked at is not replaced', async () => {
  await writer.replace(null, batches(), 0);
  await writer.append(sampleEvents(1, 3));
  expect(await writer.replace(0, batches(sampleEvents(1, 2)), 2)).toBe(false);
  expect(await positions()).toEqual(['1-0', '2-0', '3-0']);
  expect(await redis.admin.keys('*draft*')).toEqual([]);
});

test('a draft that Redis has lost a part of does not become the log', async () => {
  async function* emptiedOnTheWay() {
    yield sampleEvents(1, 2);
    await redis.admin.flushall();
    yield sampleEvents(3, 4);
  }
  expect(await writer.replace(null, emptiedOnTheWay(), 4)).toBe(false);
  expect(await redis.admin.keys('*')).toEqual([]);
});

test('a replaced log stays: it does not inherit the expiry of its draft', async () => {
  await writer.replace(null, batches(sampleEvents(5, 6), sampleEvents(7, 7)), 7);
  expect(await positions()).toEqual(['5-0', '6-0', '7-0']);
  expect(await redis.admin.ttl(keys.stream)).toBe(-1);
});
