import { createTestDomain } from '@kronos/subgraph/testing';
import { afterAll, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';

const cache = await createTestDomain('cache', createSubgraph);
afterAll(() => cache[Symbol.asyncDispose]());

const create = async (name: string) => {
  const { data } = await cache.execute(
    `mutation ($input: CacheNamespaceCreateInput!) {
      cacheNamespaceCreate(input: $input) { cacheNamespace { id name } userErrors { code field } } }`,
    { input: { name } },
    {},
  );
  return data?.cacheNamespaceCreate;
};

test('what was made is found by its id and in the list, and announced', async () => {
  await using stream = await cache.subscribe(
    'subscription { cacheNamespaceCreated { cursor cacheNamespace { id name } } }',
    {},
    {},
  );
  const { cacheNamespace, userErrors } = await create('First');
  expect(userErrors).toEqual([]);
  expect(cacheNamespace.id).toMatch(/^cache_namespace_/);

  const { data } = await cache.execute(
    `query ($id: ID!) {
      cacheNamespace(id: $id) { id name }
      cacheNamespaces(filter: { name: { startsWith: "fir" } }, orderBy: { field: NAME }) { nodes { id name } totalCount } }`,
    { id: cacheNamespace.id },
    {},
  );
  expect(data).toEqual({ cacheNamespace, cacheNamespaces: { nodes: [cacheNamespace], totalCount: 1 } });
  expect((await stream.message()).data).toEqual({
    cacheNamespaceCreated: { cursor: expect.any(String), cacheNamespace },
  });
});

test('a missing name is a user error', async () => {
  expect(await create(' ')).toEqual({
    cacheNamespace: null,
    userErrors: [{ code: 'REQUIRED', field: ['input', 'name'] }],
  });
});

test('a caller without an account is refused', async () => {
  const { errors } = await cache.execute('{ cacheNamespaces { totalCount } }');
  expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});
