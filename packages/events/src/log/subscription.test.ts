import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { DomainEvent } from '../domain-event.ts';
import { CursorExpiredError } from '../errors.ts';
import type { PositionedEvent } from '../relay/outbox-rows.ts';
import { type OpenLog, openLog } from '../testing/open-log.ts';
import { type RedisProcess, startRedisProcess } from '../testing/redis-process.ts';
import { sampleEvent, sampleEvents, take } from '../testing/sample-events.ts';
import type { LogEntry } from './log-reader.ts';
import { Subscription } from './subscription.ts';

const ALL = { names: ['userUpdated'] } as const;

let redis: RedisProcess;
let log: OpenLog;
beforeAll(async () => {
  redis = await startRedisProcess();
});
afterAll(() => redis[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.admin.flushall();
  log = await openLog(redis.url);
});
afterEach(() => log[Symbol.asyncDispose]());

/** Makes the log end at `head`, with its last events retained. */
async function retain(events: PositionedEvent[], head: number): Promise<void> {
  await log.writer.replace(
    null,
    (async function* () {
      yield events;
    })(),
    head,
  );
  await log.hub.refresh();
}
const announce = (events: PositionedEvent[]) => log.hub.onAnnounced(events.map(({ event }) => event));
const positions = (events: DomainEvent[]) => events.map(({ position }) => Number(position));
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  const mark = Symbol();
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  return (await Promise.race([promise, Promise.resolve(mark)])) === mark;
}

test('announced events are handed out in order; what was not heard is read', async () => {
  await retain([], 0);
  const subscription = new Subscription(log.hub, ALL, 0);
  const events = sampleEvents(1, 5);
  await log.writer.append(events);
  announce(events.slice(0, 2));
  announce(events.slice(4));
  expect(positions(await take(subscription, 5))).toEqual([1, 2, 3, 4, 5]);
});

test('regression: the stream is read ahead of the announcements, which then bring nothing twice', async () => {
  const events = sampleEvents(1, 5);
  await retain(events.slice(0, 2), 2);
  const subscription = new Subscription(log.hub, ALL, 1);
  await log.writer.append(events.slice(2, 4));
  // The hub has not heard of 3 and 4 when the subscriber reads them.
  expect(positions(await take(subscription, 3))).toEqual([2, 3, 4]);
  expect(log.hub.cursor).toBe(2);

  const next = subscription.next();
  announce(events.slice(2, 4));
  expect(await isWaiting(next)).toBe(true);
  await log.writer.append(events.slice(4));
  announce(events.slice(4));
  expect((await next).value?.position).toBe('5');
});

test('regression: a ring whose start is unknown does not claim to cover what came before', async () => {
  await retain(sampleEvents(1, 50), 50);
  const [event] = sampleEvents(51, 51) as [LogEntry];
  await log.writer.append([event]);
  announce([event]);
  expect(positions(await take(new Subscription(log.hub, ALL, 40), 11))).toEqual([
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
  ]);
});

test('regression: the position does not cover an event that is still in the hands of the subscriber', async () => {
  await retain([], 0);
  const subscription = new Subscription(log.hub, ALL, 0);
  const events = sampleEvents(1, 3);
  await log.writer.append(events);
  const first = subscription.next();
  announce(events);
  await first;
  expect(subscription.position).toBe('0');
  await subscription.next();
  expect(subscription.position).toBe('1');
  await subscription.next();
  const waiting = subscription.next();
  expect(subscription.position).toBe('3');
  await subscription.return();
  expect(await waiting).toEqual({ value: undefined, done: true });
});

test('the position of one who waits moves on with the events of others, and never back', async () => {
  await retain([], 0);
  const subscription = new Subscription(log.hub, { ...ALL, key: 'ada' }, 0);
  const events = [sampleEvent(1, 'bob'), sampleEvent(2, 'ada'), sampleEvent(3, 'bob')];
  await log.writer.append(events);
  const next = subscription.next();
  announce(events.slice(0, 1));
  expect(subscription.position).toBe('1');
  announce(events.slice(1));
  expect((await next).value?.position).toBe('2');
  expect(subscription.position).toBe('1');
  void subscription.next();
  await vi.waitFor(() => expect(subscription.position).toBe('3'));
});

test('an event wakes only those who listen for its key', async () => {
  await retain([], 0);
  const ada = new Subscription(log.hub, { ...ALL, key: 'ada' }, 0);
  const bob = new Subscription(log.hub, { ...ALL, key: 'bob' }, 0);
  const pushed = vi.spyOn(bob, 'push');
  const [toAda, toBob] = [ada.next(), bob.next()];
  const event = sampleEvent(1, 'ada');
  await log.writer.append([event]);
  announce([event]);
  expect((await toAda).value?.key).toBe('ada');
  expect(await isWaiting(toBob)).toBe(true);
  expect(pushed).not.toHaveBeenCalled();
});

test('a subscriber too slow for its buffer replays, without loss or duplicate', async () => {
  await retain([], 0);
  const subscription = new Subscription(log.hub, ALL, 0);
  const seen = positions(
    await (async () => {
      const events = sampleEvents(1, 3_000);
      await log.writer.append(events);
      const first = subscription.next();
      announce(events.slice(0, 1));
      await first;
      announce(events.slice(1));
      return take(subscription, 2_999);
    })(),
  );
  expect(seen).toEqual(Array.from({ length: 2_999 }, (_, index) => index + 2));
});

test('a cursor older than what is retained has expired', async () => {
  await retain(sampleEvents(6, 9), 9);
  const error = await new Subscription(log.hub, ALL, 3).next().catch((reason) => reason);
  expect(error).toBeInstanceOf(CursorExpiredError);
  expect(error).toMatchObject({ cursor: '3', oldest: '6' });
  expect(positions(await take(new Subscription(log.hub, ALL, 5), 4))).toEqual([6, 7, 8, 9]);
});

test('a live subscriber whose hub was away for longer than the log reaches back is told', async () => {
  await retain(sampleEvents(1, 2), 2);
  const subscription = new Subscription(log.hub, ALL, 2);
  const next = subscription.next().catch((reason) => reason);
  expect(await isWaiting(next)).toBe(true);
  await log.writer.replace(
    2,
    (async function* () {
      yield sampleEvents(8, 9);
    })(),
    9,
  );
  await log.hub.refresh();
  expect(await next).toMatchObject({ name: 'CursorExpiredError', cursor: '2', oldest: '8' });
  expect(positions(await take(new Subscription(log.hub, ALL, 7), 2))).toEqual([8, 9]);
});

test('a reader waits while Redis is empty, and goes on without duplicates when it is filled', async () => {
  const events = sampleEvents(1, 6);
  await retain(events.slice(0, 5), 5);
  await redis.admin.flushall();
  const behind = take(new Subscription(log.hub, ALL, 2), 4);
  const atEnd = take(new Subscription(log.hub, ALL, 5), 1);
  expect(await isWaiting(Promise.race([behind, atEnd]))).toBe(true);

  await retain(events.slice(0, 5), 5);
  await log.writer.append(events.slice(5));
  announce(events.slice(5));
  expect(positions(await behind)).toEqual([3, 4, 5, 6]);
  expect(positions(await atEnd)).toEqual([6]);
});

test('a cursor beyond the head of a Redis that was set back waits until the relay has been there', async () => {
  const events = sampleEvents(1, 6);
  await retain(events.slice(0, 3), 3);
  await redis.admin.set('kronos:events:users:verified', 'the run before');
  const next = take(new Subscription(log.hub, ALL, 5), 1);
  expect(await isWaiting(next)).toBe(true);

  await log.writer.append(events.slice(3));
  await log.writer.verify(6);
  announce(events.slice(3));
  expect(positions(await next)).toEqual([6]);
});

test('a cursor beyond the head of a complete log is of another history', async () => {
  await retain(sampleEvents(1, 3), 3);
  await expect(new Subscription(log.hub, ALL, 500).next()).rejects.toBeInstanceOf(CursorExpiredError);
});

test('a live subscriber of a history that was thrown away is told', async () => {
  await retain(sampleEvents(1, 9), 9);
  const next = new Subscription(log.hub, ALL, 9).next().catch((reason) => reason);
  expect(await isWaiting(next)).toBe(true);
  await log.writer.replace(
    9,
    (async function* () {
      yield sampleEvents(1, 2);
    })(),
    2,
  );
  announce([]);
  expect(await next).toMatchObject({ name: 'CursorExpiredError', cursor: '9' });
  expect(log.hub.cursor).toBe(2);
});
