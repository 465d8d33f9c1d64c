import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFixtureSubgraph } from './fixture/fixture-subgraph.ts';
import { encodeId, newId } from './ids.ts';
import { createTestDomain, type TestDomain } from './testing/index.ts';

let kit: TestDomain;
beforeAll(async () => {
  kit = await createTestDomain('auth', createFixtureSubgraph);
});
afterAll(() => kit[Symbol.asyncDispose]());

const codesOf = (result: { errors?: readonly { extensions?: Record<string, unknown> }[] }) =>
  result.errors?.map(({ extensions }) => extensions?.code) ?? [];

test('what is anonymous is for everybody', async () => {
  expect(await kit.execute('{ greeting }')).toEqual({ data: { greeting: 'hello' } });
});

test('@authenticated wants somebody', async () => {
  const userId = newId();
  expect(codesOf(await kit.execute('{ me }'))).toEqual(['UNAUTHENTICATED']);
  expect(await kit.execute('{ me }', {}, { userId })).toEqual({ data: { me: encodeId('user', userId) } });
});

test.each([
  [[], false],
  [['users:read'], false],
  [['users:read', 'users:write'], true],
  [['auth:admin'], true],
  [['auth:admin', 'users:read'], true],
])('@requiresScopes is an OR of ANDs: %j', async (scopes, isAllowed) => {
  const result = await kit.execute('{ secret }', {}, { scopes });
  expect(codesOf(result)).toEqual(isAllowed ? [] : ['FORBIDDEN']);
  expect(result.data?.secret ?? null).toBe(isAllowed ? 'the secret' : null);
});

test('@requiresScopes refuses the anonymous as such', async () => {
  expect(codesOf(await kit.execute('{ secret }'))).toEqual(['UNAUTHENTICATED']);
});

test('fields reached by _entities are guarded as well, by field and by type', async () => {
  const entities = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on User { name email notes { text } } }
  }`;
  const representations = [{ __typename: 'User', id: encodeId('user', newId()) }];
  const stranger = await kit.execute(entities, { representations });
  expect(stranger.data?._entities).toEqual([{ name: 'Ada', email: null, notes: { text: null } }]);
  expect(codesOf(stranger)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);

  const reader = await kit.execute(entities, { representations }, { scopes: ['users:read'] });
  expect(reader.data?._entities).toEqual([
    { name: 'Ada', email: 'ada@example.com', notes: { text: 'kind' } },
  ]);
});

test('a service has what its scopes give, and nothing that needs a person', async () => {
  const service = { serviceId: newId(), scopes: ['auth:admin'] };
  expect(await kit.execute('{ secret }', {}, service)).toEqual({ data: { secret: 'the secret' } });
  expect(codesOf(await kit.execute('{ secret }', {}, { ...service, scopes: [] }))).toEqual(['FORBIDDEN']);
  const { errors } = await kit.execute('{ me }', {}, service);
  expect(errors).toMatchObject([
    {
      message: expect.stringContaining('for people'),
      extensions: { code: 'FORBIDDEN', details: { requires: 'PERSON' } },
    },
  ]);
});
