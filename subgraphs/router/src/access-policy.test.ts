import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRouter, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await createTestRouter();
});
afterAll(() => router[Symbol.asyncDispose]());

const fields = 'name roles scopes clients { name }';
const set = (input: object) => router.mutate('accessPolicySet', { input }, `accessPolicy { ${fields} }`);

test('who satisfies a policy is said as a whole, and said again', async () => {
  const { clientApplication } = await router.mutate(
    'clientApplicationCreate',
    { input: { name: 'shop' } },
    'clientApplication { id }',
  );
  await router.announced();
  const input = {
    name: 'billing',
    roles: ['admin', 'admin'],
    scopes: ['a', 'b'],
    clientIds: [clientApplication.id],
  };
  expect(await set(input)).toEqual({
    accessPolicy: { name: 'billing', roles: ['admin'], scopes: ['a', 'b'], clients: [{ name: 'shop' }] },
    userErrors: [],
  });
  await set({ name: 'billing', roles: ['service'] });
  expect(await router.data(`{ accessPolicies { ${fields} } }`)).toEqual({
    accessPolicies: [{ name: 'billing', roles: ['service'], scopes: [], clients: [] }],
  });
  expect(await router.announced()).toEqual(['ACCESS_POLICY', 'ACCESS_POLICY']);
});

test('a policy is removed, once', async () => {
  await set({ name: 'going' });
  await router.announced();
  const remove = () => router.mutate('accessPolicyRemove', { name: 'going' }, 'accessPolicy { name }');
  expect(await remove()).toEqual({ accessPolicy: { name: 'going' }, userErrors: [] });
  expect(await router.announced()).toEqual(['ACCESS_POLICY']);
  expect(await remove()).toMatchObject({
    accessPolicy: null,
    userErrors: [{ code: 'NOT_FOUND', field: ['name'] }],
  });
});

test.each([
  [{ name: ' ' }, 'REQUIRED input.name'],
  [{ name: 'x', roles: [' '] }, 'REQUIRED input.roles.0'],
  [{ name: 'x', scopes: ['s'.repeat(101)] }, 'INVALID input.scopes.0'],
  [{ name: 'x', clientIds: [encodeId('client_application', newId())] }, 'NOT_FOUND input.clientIds.0'],
])('%j is refused: %s', async (input, fault) => {
  expect(await router.faults('accessPolicySet', { input })).toEqual([fault]);
});
