import { randomUUID } from 'node:crypto';
import { tracing } from '@kronos/telemetry';
import { traceForTest } from '@kronos/telemetry/testing';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createConsumer } from './consumer/consumer.ts';
import { createEventLog } from './log/event-log.ts';
import { appendAllToOutbox, appendToOutbox } from './outbox.ts';
import { logKeys } from './shared/log-keys.ts';
import { startRedisProcess } from './testing/redis-process.ts';
import { createUsersDomain } from './testing/users-domain.ts';

const logger = pino({ level: 'silent' });

test('an event stays in the trace of the work that wrote it, up to its effect on another domain', async () => {
  await using process = await traceForTest();
  await using redis = await startRedisProcess();
  await using users = await createUsersDomain(redis.url);
  const log = createEventLog({ redisUrl: redis.url, logger });
  const { prisma } = users.database;
  const relay = users.startRelay();
  // What a relay finds when it looks for the first time is copied into the log, not sent.
  const head = () => redis.admin.get(logKeys('users', 0).head);
  await vi.waitFor(async () => expect(await head()).not.toBeNull(), { timeout: 20_000 });
  const effect = Promise.withResolvers<string | undefined>();
  const consumer = createConsumer({
    name: 'notifications',
    domain: 'users',
    database: prisma,
    log,
    logger,
    handlers: {
      userUpdated: async (tx) => {
        effect.resolve(tracing?.active()?.traceId);
        await appendToOutbox(tx, 'accessChanged', { userId: randomUUID(), roles: [], scopes: [] });
      },
    },
  });
  consumer.start();

  const { traceId, eventId } = await tracing!.within('request', { service: 'users' }, async (request) => ({
    traceId: request.traceId,
    eventId: await prisma.$transaction((tx) => appendToOutbox(tx, 'userUpdated', { userId: randomUUID() })),
  }));
  expect(await relay.settled([eventId], 10_000)).toBe(true);
  const [event] = await log.read('users', '0', 1);
  expect(event!.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  expect(await effect.promise).toBe(traceId);
  await consumer.close();
  await log.close();
  // An event is in the log before the relay has noted that it sent it.
  await relay.close();
  await process.stop();

  const spans = process.spans.filter((span) => span.traceId === traceId);
  const named = (name: string) => spans.find((span) => span.name === name)!;
  const [request, create] = [named('request'), named('create userUpdated')];
  expect(create).toMatchObject({ kind: 'producer', service: 'kronos-users', parentId: request.spanId });
  expect(create.attributes).toMatchObject({
    'messaging.operation.type': 'create',
    'messaging.destination.name': 'userUpdated',
    'messaging.message.id': eventId,
  });
  expect(named('send userUpdated')).toMatchObject({
    kind: 'producer',
    service: 'kronos-users',
    parentId: create.spanId,
  });
  const processed = named('process userUpdated');
  expect(processed).toMatchObject({
    kind: 'consumer',
    service: 'kronos-notifications',
    parentId: create.spanId,
    attributes: { 'kronos.event.position': '1', 'messaging.consumer.group.name': 'notifications' },
  });
  // What follows from an effect is in the trace as well.
  expect(named('create accessChanged')).toMatchObject({
    service: 'kronos-notifications',
    parentId: processed.spanId,
  });
});

test('without a trace events carry none, and those written before there were traces are read', async () => {
  await using redis = await startRedisProcess();
  await using users = await createUsersDomain(redis.url);
  const relay = users.startRelay();
  const log = createEventLog({ redisUrl: redis.url, logger });
  const eventId = await users.commit();
  expect(await relay.settled([eventId], 10_000)).toBe(true);
  const [[, [, json]]] = (await redis.admin.xrange(logKeys('users', 0).stream, '-', '+')) as [
    [string, [string, string]],
  ];
  expect(json).not.toContain('traceparent');
  expect(await log.read('users', '0', 1)).toEqual([
    expect.not.objectContaining({ traceparent: expect.anything() }),
  ]);
  await log.close();
});

test('an event of a trace that is not kept carries none; many of one statement share a span', async () => {
  await using users = await createUsersDomain('redis://127.0.0.1:1');
  const { prisma } = users.database;
  const append = (count: number) =>
    prisma.$transaction((tx) =>
      appendAllToOutbox(
        tx,
        'userUpdated',
        Array.from({ length: count }, () => ({ userId: randomUUID() })),
      ),
    );
  {
    await using _ = await traceForTest({ OTEL_TRACES_SAMPLER: 'always_off' });
    await tracing!.within('request', {}, () => append(1));
    expect(await prisma.outbox.findMany()).toMatchObject([{ traceparent: null }]);
  }
  await using process = await traceForTest();
  await tracing!.within('request', {}, () => append(3));
  await process.stop();
  const { spanId, traceId, attributes } = process.spans.find(({ name }) => name === 'create userUpdated')!;
  expect(attributes).toMatchObject({ 'messaging.batch.message_count': 3 });
  expect(await prisma.outbox.count({ where: { traceparent: `00-${traceId}-${spanId}-01` } })).toBe(3);
});
