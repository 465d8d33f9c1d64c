import { createTestDomain } from '@kronos/subgraph/testing';
import { afterAll, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';

const database = await createTestDomain('database', createSubgraph);
afterAll(() => database[Symbol.asyncDispose]());

const create = async (name: string) => {
  const { data } = await database.execute(
    `mutation ($input: ConnectionLeaseCreateInput!) {
      connectionLeaseCreate(input: $input) { connectionLease { id name } userErrors { code field } } }`,
    { input: { name } },
    {},
  );
  return data?.connectionLeaseCreate;
};

test('what was made is found by its id and in the list, and announced', async () => {
  await using stream = await database.subscribe(
    'subscription { connectionLeaseCreated { cursor connectionLease { id name } } }',
    {},
    {},
  );
  const { connectionLease, userErrors } = await create('First');
  expect(userErrors).toEqual([]);
  expect(connectionLease.id).toMatch(/^connection_lease_/);

  const { data } = await database.execute(
    `query ($id: ID!) {
      connectionLease(id: $id) { id name }
      connectionLeases(filter: { name: { startsWith: "fir" } }, orderBy: { field: NAME }) { nodes { id name } totalCount } }`,
    { id: connectionLease.id },
    {},
  );
  expect(data).toEqual({ connectionLease, connectionLeases: { nodes: [connectionLease], totalCount: 1 } });
  expect((await stream.message()).data).toEqual({
    connectionLeaseCreated: { cursor: expect.any(String), connectionLease },
  });
});

test('a missing name is a user error', async () => {
  expect(await create(' ')).toEqual({
    connectionLease: null,
    userErrors: [{ code: 'REQUIRED', field: ['input', 'name'] }],
  });
});

test('a caller without an account is refused', async () => {
  const { errors } = await database.execute('{ connectionLeases { totalCount } }');
  expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});
