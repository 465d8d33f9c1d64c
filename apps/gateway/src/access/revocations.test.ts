import { randomUUID } from 'node:crypto';
import { startForeignGraph } from '@kronos/engine/testing';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { TypeID } from 'typeid-js';
import { expect, test, vi } from 'vitest';
import { createEventPublisher } from '../testing/event-publisher.ts';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer } from '../testing/test-issuer.ts';

test('sessions that were revoked before and after the start are refused, and their streams end', async () => {
  await using graph = await startForeignGraph();
  await using issuer = await startTestIssuer();
  const redisUrl = await testRedisUrl();
  using auth = createEventPublisher(redisUrl, 'auth');
  const userId = randomUUID();
  const revoke = (sessionId: string) => auth.publish('sessionRevoked', userId, { sessionId, userId });
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
});
