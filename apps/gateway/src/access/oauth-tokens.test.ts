import { randomUUID } from 'node:crypto';
import { soon } from '@kronos/events/testing';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { TypeID } from 'typeid-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEventPublisher } from '../testing/event-publisher.ts';
import { startLiveGraph } from '../testing/live-graph.ts';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { oauthIssuer, startTestIssuer, type TestIssuer, testClient } from '../testing/test-issuer.ts';
import { type GuardedGraph, startGuardedGraph } from './testing/guarded-graph.ts';

let graph: GuardedGraph;
let issuer: TestIssuer;
let gateway: TestGateway;
beforeAll(async () => {
  graph = await startGuardedGraph();
  issuer = await startTestIssuer();
  gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_JWKS_URL: issuer.jwksUrl });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const accessToken = { typ: 'at+jwt' };
const service = {
  iss: oauthIssuer,
  sub: testClient,
  client_id: testClient,
  sid: undefined,
  roles: ['service'],
};

test('a service has what its scopes give; what needs a person is refused, and says so', async () => {
  const token = await issuer.sign({ ...service, scope: 'shop:admin' }, accessToken);
  const { body } = await gateway.post('{ item(id: 1) { cost } me }', { headers: bearer(token) });
  expect(body.data).toEqual({ item: { cost: 1 }, me: null });
  expect(body.errors).toMatchObject([
    {
      message: expect.stringContaining('for people'),
      path: ['me'],
      extensions: { code: 'FORBIDDEN', details: { field: 'Query.me', requires: 'PERSON' } },
    },
  ]);
});

test('what is signed with the same keys and is no access token lets nobody in', async () => {
  const idToken = await issuer.sign({ iss: oauthIssuer });
  expect((await gateway.post('{ item(id: 1) { id } }', { headers: bearer(idToken) })).status).toBe(401);
  const byClient = await issuer.sign({ iss: oauthIssuer, client_id: testClient }, accessToken);
  const { body } = await gateway.post('{ me }', { headers: bearer(byClient) });
  expect(body.errors).toBeUndefined();
});

test('the scope by which a client acts for a person is no right', async () => {
  await using live = await startLiveGraph();
  const redisUrl = await testRedisUrl();
  using users = createEventPublisher(redisUrl, 'users');
  const userId = randomUUID();
  await users.publish('accessChanged', userId, { userId, roles: ['user'], scopes: [] });
  await using following = await startTestGateway(live.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    REDIS_URL: redisUrl,
  });
  const sign = (scope: string) =>
    issuer.sign(
      {
        iss: oauthIssuer,
        sub: TypeID.fromUUID('user', userId).toString(),
        client_id: testClient,
        roles: ['user'],
        scope,
      },
      accessToken,
    );
  const asks = async (scope: string) =>
    (await following.post('{ ready }', { headers: bearer(await sign(scope)) })).status;
  await soon(async () => expect(await asks('kronos users:read')).toBe(401));
  expect(await asks('kronos')).toBe(200);
});

test('tokens of a client that was deleted, or lost a scope, are refused, and their streams end within a second', async () => {
  await using live = await startLiveGraph();
  const redisUrl = await testRedisUrl();
  using auth = createEventPublisher(redisUrl, 'auth');
  const clientId = randomUUID();
  const change = (scopes: string[], isDeleted = false) =>
    auth.publish('oauthClientChanged', clientId, { clientId, scopes, isDeleted });
  await change(['messages:read', 'messages:write']);
  await using following = await startTestGateway(live.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    REDIS_URL: redisUrl,
  });
  const id = TypeID.fromUUID('oauth_client', clientId).toString();
  const sign = async (claims: object) =>
    bearer(await issuer.sign({ ...service, client_id: id, ...claims }, accessToken));
  const asks = async (headers: Record<string, string>) =>
    (await following.post('{ ready }', { headers })).status;

  const writing = await sign({ sub: id, scope: 'messages:write' });
  const person = await sign({ sub: TypeID.fromUUID('user', randomUUID()).toString(), scope: 'kronos' });
  const query = 'subscription { toRoles { id } }';
  const streams = [
    await openStream(following.url, query, writing),
    await openStream(following.url, query, person),
  ];
  await soon(() => expect(live.upstreams).toHaveLength(2));
  expect(await asks(writing)).toBe(200);

  await change(['messages:read']);
  await soon(() => expect(streams[0]!.isComplete).toBe(true));
  expect([await asks(writing), await asks(person)]).toEqual([401, 200]);

  await change([], true);
  await soon(() => expect(streams[1]!.isComplete).toBe(true));
  expect(await asks(person)).toBe(401);
});
