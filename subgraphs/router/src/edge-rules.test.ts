import { choosePolicy, edgeRulesShape, hashClientKey } from '@kronos/edge-rules';
import { createTestGateway, type TestGateway } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRouter, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway();
  router = await createTestRouter();
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

const get = async (headers: Record<string, string> = {}) =>
  router.app.inject({
    url: '/edge-rules',
    headers: { authorization: await router.authorization(), ...headers },
  });
const rules = async () => edgeRulesShape.parse((await get()).json());

test('gateways get all rules, and 304 while they have the newest', async () => {
  const first = await get();
  expect(first.statusCode).toBe(200);
  const { etag } = first.headers as { etag: string };
  expect(etag).toBe(`"${first.json().version}"`);
  const again = await get({ 'if-none-match': etag });
  expect([again.statusCode, again.body]).toEqual([304, '']);

  await router.mutate('accessPolicySet', { input: { name: 'new', roles: ['admin'] } });
  const changed = await get({ 'if-none-match': etag });
  expect(changed.statusCode).toBe(200);
  expect(changed.headers.etag).not.toBe(etag);
});

test('nobody else gets them', async () => {
  const foreign = `Bearer ${await gateway.sign({})}`;
  for (const authorization of ['', 'Bearer x', foreign]) {
    const answer = await get({ authorization });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).not.toContain('policies');
  }
});

test('the rules say what gateways enforce', async () => {
  const { clientApplication, secret } = await router.mutate(
    'clientApplicationCreate',
    { input: { name: 'shop', allowedOperations: 'SAFELIST_ONLY' } },
    'clientApplication { id } secret',
  );
  const { id } = clientApplication;
  await router.mutate('persistedOperationPublish', {
    input: { document: 'query R { roles { id } }', clientId: id },
  });
  const { clients, operations, routes, policies, accessPolicies } = await rules();

  const client = clients.find(({ name }) => name === 'shop')!;
  expect(client).toMatchObject({
    keyHashes: [{ hash: hashClientKey(secret), expiresAt: null }],
    allowedOperations: 'SAFELIST_ONLY',
    isEnabled: true,
  });
  expect(choosePolicy({ client, viewer: null }, { policies }).name).toBe('service');
  expect(operations.find(({ name }) => name === 'R')).toMatchObject({ clientId: client.id });
  expect(accessPolicies).toContainEqual({ name: 'new', roles: ['admin'], scopes: [], clientIds: [] });
  const hashes = new Set(operations.map(({ hash }) => hash));
  expect(routes.map(({ method, path }) => `${method} ${path}`)).toContain('GET /events/{id}');
  for (const { operationHash } of routes) expect(hashes).toContain(operationHash);
});

test('a key that has run out, and what was removed, are rules no more', async () => {
  const created = await router.mutate(
    'clientApplicationCreate',
    { input: { name: 'rotating' } },
    'clientApplication { id } secret',
  );
  const { id } = created.clientApplication;
  const { secret } = await router.mutate('clientKeyRotate', { id, gracePeriod: 'PT0S' }, 'secret');
  await router.mutate('clientApplicationDisable', { id });
  const client = (await rules()).clients.find(({ name }) => name === 'rotating');
  expect(client).toMatchObject({ isEnabled: false, keyHashes: [{ hash: hashClientKey(secret) }] });
  expect(client?.keyHashes).toHaveLength(1);
});
