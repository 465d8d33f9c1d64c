import { randomUUID } from 'node:crypto';
import { startForeignGraph } from '@kronos/engine/testing';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { Redis } from 'ioredis';
import { TypeID } from 'typeid-js';
import { expect, test, vi } from 'vitest';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer } from '../testing/test-issuer.ts';

const stream = 'kronos:events:auth';

/** Publishes that sessions have been revoked, as the relay of auth does. */
function createPublisher(redisUrl: string) {
  const redis = new Redis(redisUrl);
  const database = Number(new URL(redisUrl).pathname.slice(1) || '0');
  let position = 0;
  return {
    redis,
    async revoke(sessionId: string) {
      position++;
      const userId = randomUUID();
      const event = JSON.stringify({
        position: String(position),
        eventId: randomUUID(),
        name: 'sessionRevoked',
        key: userId,
        occurredAt: new Date().toISOString(),
        payload: { sessionId, userId },
      });
      await redis
        .multi()
        .xadd(stream, `${position}-0`, 'event', event)
        .set(`${stream}:head`, position)
        .publish(database === 0 ? stream : `${stream}@${database}`, `[${event}]`)
        .exec();
    },
  };
}

test('sessions that were revoked before and after the start are refused, and their streams end', async () => {
  await using graph = await startForeignGraph();
  await using issuer = await startTestIssuer();
  const redisUrl = await testRedisUrl();
  const { redis, revoke } = createPublisher(redisUrl);
  const before = randomUUID();
  const later = randomUUID();
  await revoke(before);

  await using gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    REDIS_URL: redisUrl,
  });
  const tokenOf = async (session: string) => ({
    authorization: `Bearer ${await issuer.sign({ sid: TypeID.fromUUID('session', session).toString() })}`,
  });
  const headersBefore = await tokenOf(before);
  const headersLater = await tokenOf(later);
  await vi.waitFor(async () => {
    expect((await gateway.post('{ count }', { headers: headersBefore })).status).toBe(401);
  });
  expect((await gateway.post('{ count }', { headers: headersLater })).status).toBe(200);

  const open = await openStream(gateway.url, 'subscription { postAdded { title } }', headersLater);
  await vi.waitFor(() => expect(graph.posts.streams).toBe(1));
  await revoke(later);
  await vi.waitFor(() => expect(open.isEnded).toBe(true));
  expect(open.events.at(-1)?.result.errors?.[0]).toMatchObject({
    message: expect.stringMatching(/session has been ended/),
    extensions: { code: 'UNAUTHENTICATED' },
  });
  expect((await gateway.post('{ count }', { headers: headersLater })).status).toBe(401);

  const ready = await (await fetch(`${gateway.origin}/ready`)).json();
  expect(ready).toMatchObject({ parts: { redis: 'ready' } });
  redis.disconnect();
});
