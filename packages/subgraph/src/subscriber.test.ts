import { soon } from '@kronos/events/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixtureSubgraph, hiddenSession } from './fixture/fixture-subgraph.ts';
import { newId } from './ids.ts';
import { StreamCutError, type SubscriptionStream } from './subgraph.ts';
import {
  type Actor,
  createTestDomain,
  createTestSubgraph,
  type TestDomain,
  testViewer,
} from './testing/index.ts';

let kit: TestDomain;
beforeAll(async () => {
  kit = await createTestDomain('auth', createFixtureSubgraph);
});
afterAll(() => kit[Symbol.asyncDispose]());

const revoked = `subscription ($userId: UUID) {
  sessionRevoked(userId: $userId) { eventId occurredAt cursor sessionId eventCount }
}`;

async function revoke(as: Actor, sessionId = newId()): Promise<string> {
  const document = 'mutation ($id: UUID!) { sessionRevoke(sessionId: $id) { eventId userErrors { code } } }';
  const { data, errors } = await kit.execute(document, { id: sessionId }, as);
  expect(errors).toBeUndefined();
  return data?.sessionRevoke.eventId;
}

test('events arrive in order, each answered with a fresh context', async () => {
  const ada = { userId: newId() };
  await using stream = await kit.subscribe(revoked, {}, ada);
  const sessionIds = [newId(), newId(), newId()];
  const eventIds: string[] = [];
  const counts: number[] = [];
  for (const sessionId of sessionIds) {
    eventIds.push(await revoke(ada, sessionId));
    const { cursor, data } = await stream.message();
    expect(data?.sessionRevoked).toMatchObject({ cursor, sessionId, eventId: eventIds.at(-1) });
    expect(Date.parse(data?.sessionRevoked.occurredAt)).toBeGreaterThan(Date.now() - 60_000);
    counts.push(data?.sessionRevoked.eventCount);
  }
  // A loader that outlived its event would repeat the first count.
  const [first = 0] = counts;
  expect(counts).toEqual([first, first + 1, first + 2]);
});

test('only the subscriber’s own events arrive, and what is hidden is passed over', async () => {
  const [ada, eve] = [{ userId: newId() }, { userId: newId() }];
  await using stream = await kit.subscribe(revoked, {}, ada);
  await revoke(eve);
  // The fixture hides this one, as a rule of a domain would.
  await revoke(ada, hiddenSession);
  const id = await revoke(ada);
  expect((await stream.message()).data?.sessionRevoked.eventId).toBe(id);
});

test('an administrator follows somebody else, a stranger may not', async () => {
  const userId = newId();
  await using admin = await kit.subscribe(revoked, { userId }, { scopes: ['auth:admin'] });
  await revoke({ userId });
  expect((await admin.message()).errors).toBeUndefined();

  await using stranger = await kit.subscribe(revoked, { userId }, {});
  expect((await stranger.message()).errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
  expect((await stranger.next()).done).toBe(true);
  expect(stranger.ending).toBe('complete');
});

test('the anonymous cannot follow what is @authenticated', async () => {
  await using stream = await kit.subscribe(revoked);
  expect((await stream.message()).errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
});

test('a stream goes on after the cursor that it is given, without loss or repetition', async () => {
  const ada = { userId: newId() };
  const before = await kit.subscribe(revoked, {}, ada);
  const [first, second, third] = [await revoke(ada), await revoke(ada), await revoke(ada)];
  const { cursor, data } = await before.message();
  expect(data?.sessionRevoked.eventId).toBe(first);
  await before.return?.();

  await using after = await kit.subscribe(revoked, {}, ada, cursor);
  const heard = [await after.message(), await after.message()];
  expect(heard.map((message) => message.data?.sessionRevoked.eventId)).toEqual([second, third]);
});

test('the position moves past what is for others, but never past an event that is being answered', async () => {
  const ada = { userId: newId() };
  const caller = (await subscribeDirectly(ada)) as SubscriptionStream;
  await revoke({ userId: newId() });
  const start = caller.position;
  const pending = caller.next();
  await soon(() => expect(Number(caller.position)).toBeGreaterThan(Number(start)));

  await revoke(ada);
  const { value } = await pending;
  expect(Number(caller.position)).toBeLessThan(Number(value?.cursor));
  await caller.return();
});

test('a cursor that is no longer covered is told', async () => {
  const ada = { userId: newId() };
  for (let count = 0; count < 3; count += 1) await revoke(ada);
  const redis = new Redis(kit.redisUrl);
  await soon(async () => expect(await redis.xlen('kronos:events:auth')).toBeGreaterThan(2));
  const position = await redis.get('kronos:events:auth:head');
  await redis.xtrim('kronos:events:auth', 'MINID', `${position}-0`);
  redis.disconnect();

  // Another process, which does not remember what Redis has forgotten.
  await using other = await createTestSubgraph(createFixtureSubgraph, kit.environment);
  await using stream = await other.subscribe(revoked, {}, ada, '0');
  const { data, errors } = await stream.message();
  expect(data).toBeUndefined();
  expect(errors?.[0]?.extensions?.code).toBe('SUBSCRIPTION_CURSOR_EXPIRED');
  expect((await stream.next()).done).toBe(true);
  expect(stream.ending).toBe('complete');
});

test('a stream ends when the caller’s token does', async () => {
  const tokenExpiresAt = new Date(Date.now() + 1000);
  await using stream = await kit.subscribe(revoked, {}, { tokenExpiresAt });
  const { errors } = await stream.message();
  expect(Date.now()).toBeGreaterThanOrEqual(tokenExpiresAt.getTime());
  expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
  expect((await stream.next()).done).toBe(true);
  expect(stream.ending).toBe('complete');
});

test('while Redis is away, a subscription is refused with a status that asks to try again', async () => {
  await using other = await createTestSubgraph(createFixtureSubgraph, {
    ...kit.environment,
    REDIS_URL: 'redis://127.0.0.1:1',
  });
  await expect(other.subscribe(revoked, {}, {})).rejects.toThrow(
    /refused: 503 .*SERVICE_UNAVAILABLE.*"retryAfter":2/,
  );
});

describe('when the subgraph closes', () => {
  test('streams are cut without complete, so that their receivers come back', async () => {
    const other = await createTestSubgraph(createFixtureSubgraph, kit.environment);
    const stream = await other.subscribe(revoked, {}, {});
    await other[Symbol.asyncDispose]();
    expect((await stream.next()).done).toBe(true);
    expect(stream.ending).toBe('cut');
  });

  test('a caller in the same process is told by a StreamCutError', async () => {
    const other = await createTestSubgraph(createFixtureSubgraph, kit.environment);
    const stream = (await other.subgraph.subscribe({ query: revoked }, callerOf({}))) as SubscriptionStream;
    const pending = stream.next();
    pending.catch(() => {});
    await other[Symbol.asyncDispose]();
    await expect(pending).rejects.toThrow(StreamCutError);
    expect((await stream.next().catch(() => null))?.value).toBeUndefined();
  });
});

function callerOf({ userId = newId() }: Actor) {
  return {
    viewer: testViewer({ userId }),
    requestId: 'r',
    clientAddress: '127.0.0.1',
    userAgent: null,
    clientApplicationId: null,
    traceparent: null,
  };
}

function subscribeDirectly(as: Actor) {
  return kit.subgraph.subscribe({ query: revoked }, callerOf(as));
}
