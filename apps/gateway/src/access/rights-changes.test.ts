import { randomUUID } from 'node:crypto';
import { soon } from '@kronos/events/testing';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { TypeID } from 'typeid-js';
import { expect, test } from 'vitest';
import { createEventPublisher } from '../testing/event-publisher.ts';
import { startLiveGraph } from '../testing/live-graph.ts';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer } from '../testing/test-issuer.ts';

test('tokens that claim a right which was taken away are refused, and their streams end within a second', async () => {
  await using graph = await startLiveGraph();
  await using issuer = await startTestIssuer();
  const redisUrl = await testRedisUrl();
  using users = createEventPublisher(redisUrl, 'users');
  const [ada, grace] = [randomUUID(), randomUUID()];
  const change = (userId: string, roles: string[], scopes: string[]) =>
    users.publish('accessChanged', userId, { userId, roles, scopes });
  await change(grace, ['user'], []);

  await using gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    REDIS_URL: redisUrl,
  });
  const tokenOf = async (userId: string, roles: string[], scope = '') => ({
    authorization: `Bearer ${await issuer.sign({ sub: TypeID.fromUUID('user', userId).toString(), roles, scope })}`,
  });
  const asks = async (headers: Record<string, string>) =>
    (await gateway.post('{ ready }', { headers })).status;
  const graces = await tokenOf(grace, ['user', 'admin']);
  await soon(async () => expect(await asks(graces)).toBe(401));
  expect(await asks(await tokenOf(grace, ['user']))).toBe(200);

  const powerful = await tokenOf(ada, ['user', 'reader'], 'messages:read');
  const plain = await tokenOf(ada, ['user']);
  const query = 'subscription { toRoles { id } }';
  const ending = await openStream(gateway.url, query, powerful);
  const staying = await openStream(gateway.url, query, plain);
  await soon(() => expect(graph.upstreams).toHaveLength(2));

  // A right that is given ends nothing.
  await change(ada, ['user', 'reader', 'writer'], ['messages:read', 'messages:write']);
  await change(ada, ['user'], []);
  await soon(() => expect(ending.isComplete).toBe(true));
  expect(ending.events).toMatchObject([
    {
      result: {
        errors: [
          { message: expect.stringMatching(/rights have changed/), extensions: { code: 'UNAUTHENTICATED' } },
        ],
      },
    },
  ]);
  expect(await asks(powerful)).toBe(401);

  graph.upstreams[1]!.say('1');
  await soon(() => expect(staying.events.map(({ id }) => id)).toEqual(['1']));
  expect(graph.open).toEqual([graph.upstreams[1]]);
  await change(ada, ['user', 'reader'], ['messages:read']);
  await soon(async () => expect(await asks(powerful)).toBe(200));
  staying.close();
});
