import { hash } from 'node:crypto';
import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRouter, type Json, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await createTestRouter();
});
afterAll(() => router[Symbol.asyncDispose]());

const fields = 'id hash name document uses lastUsedAt client { name }';
const publish = (input: object) =>
  router.mutate('persistedOperationPublish', { input }, `persistedOperation { ${fields} }`);
const publishAll = (operations: object[], clientId?: string) =>
  router.mutate(
    'persistedOperationsPublish',
    { input: { operations, clientId } },
    'persistedOperations { name hash } storedCount',
  );
const list = async (args: string) =>
  (await router.data(`{ persistedOperations(${args}) { nodes { name } totalCount } }`)).persistedOperations;
const namesIn = ({ nodes }: Json) => nodes.map(({ name }: Json) => name);

async function createClient(name: string): Promise<string> {
  const { clientApplication } = await router.mutate(
    'clientApplicationCreate',
    { input: { name } },
    'clientApplication { id }',
  );
  return clientApplication.id;
}

test('an operation is stored byte by byte, once', async () => {
  const document = 'query   One { viewer { user { id } } } # as it is\n';
  await router.announced();
  const first = await publish({ document, hash: hash('sha256', document).toUpperCase() });
  expect(first).toEqual({
    persistedOperation: {
      id: expect.stringMatching(/^persisted_operation_/),
      hash: hash('sha256', document),
      name: 'One',
      document,
      uses: '0',
      lastUsedAt: null,
      client: null,
    },
    userErrors: [],
  });
  expect(await publish({ document })).toEqual(first);
  expect(await router.announced()).toEqual(['OPERATION']);
  const query = 'query ($id: ID!) { persistedOperation(id: $id) { name } }';
  expect(await router.data(query, { id: first.persistedOperation.id })).toEqual({
    persistedOperation: { name: 'One' },
  });
});

test('the same document can be stored for everybody and for each client', async () => {
  const document = 'query Shared { viewer { scopes } }';
  const clientId = await createClient('sharing');
  const ours = await publish({ document, clientId });
  const everybodys = await publish({ document });
  expect(ours.persistedOperation).toMatchObject({ client: { name: 'sharing' } });
  expect(everybodys.persistedOperation.id).not.toBe(ours.persistedOperation.id);
  expect(await publish({ document, clientId })).toEqual(ours);
  expect(namesIn(await list(`clientId: "${clientId}"`))).toEqual(['Shared']);
  expect(namesIn(await list('clientId: null, first: 100'))).toContain('Shared');
});

test.each([
  ['no GraphQL', 'query {', 'INVALID input.document', /is not GraphQL: Syntax Error/],
  ['nothing', ' ', 'REQUIRED input.document', /Give the document/],
  ['no name', '{ viewer { scopes } }', 'INVALID input.document', /Give the operation a name/],
  [
    'two operations',
    'query A { __typename } query B { __typename }',
    'INVALID input.document',
    /holds 2 operations/,
  ],
  ['no operation', 'fragment F on User { id }', 'INVALID input.document', /holds 0 operations/],
  [
    'what the graph does not have',
    'query A { nothing }',
    'INVALID input.document',
    /does not fit the graph.*line 1/,
  ],
  ['NUL', 'query A { event(slug: "\0") { id } }', 'INVALID input.document', /NUL/],
  ['too much', `query A { __typename } #${'x'.repeat(200_000)}`, 'INVALID input.document', /at most 200000/],
  ['too many tokens', `query A { ${'a '.repeat(15_000)} }`, 'INVALID input.document', /15000 tokens/],
])('%s is not stored', async (_what, document, fault, message) => {
  const { persistedOperation, userErrors } = await publish({ document });
  expect(persistedOperation).toBeNull();
  expect(userErrors.map(({ code, field }: Json) => `${code} ${field.join('.')}`)).toEqual([fault]);
  expect(userErrors[0].message).toMatch(message);
});

test('operations that may be answered in parts are stored, too', async () => {
  const document = 'query Later { viewer { scopes ... @defer { user { displayName } } } }';
  expect((await publish({ document })).userErrors).toEqual([]);
});

test('what is hashed otherwise, or for nobody, is not stored', async () => {
  const document = 'query A { viewer { scopes } }';
  const wrong = await publish({ document, hash: hash('sha256', 'other') });
  expect(wrong.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'hash'] }]);
  const clientId = encodeId('client_application', newId());
  expect((await publish({ document, clientId })).userErrors).toMatchObject([
    { code: 'NOT_FOUND', field: ['input', 'clientId'] },
  ]);
});

test('a manifest is stored as a whole, and what is known costs nothing', async () => {
  const documents = ['query M1 { viewer { scopes } }', 'query M2 { roles { name } }'];
  const operations = documents.map((document) => ({ document }));
  await router.announced();
  expect(await publishAll([...operations, operations[0]!])).toMatchObject({
    persistedOperations: [{ name: 'M1' }, { name: 'M2' }, { name: 'M1' }],
    storedCount: 2,
    userErrors: [],
  });
  expect(await publishAll(operations)).toMatchObject({ storedCount: 0, userErrors: [] });
  expect(await router.announced()).toEqual(['OPERATION']);
});

test('of a manifest with faults nothing is stored, and each fault says of which operation', async () => {
  const operations = [
    { document: 'query Good { roles { id } }' },
    { document: 'query Bad { roles { nothing } }' },
    { document: 'query Hashed { roles { id } }', hash: 'x' },
  ];
  const { persistedOperations, storedCount, userErrors } = await publishAll(operations);
  expect([persistedOperations, storedCount]).toEqual([null, null]);
  expect(userErrors).toMatchObject([
    { code: 'INVALID', field: ['input', 'operations', '1', 'document'], details: { name: 'Bad' } },
    { code: 'INVALID', field: ['input', 'operations', '2', 'hash'] },
  ]);
  expect(namesIn(await list('first: 100'))).not.toContain('Good');
});

test('a manifest holds a thousand operations and no more', async () => {
  const many = Array.from({ length: 1_000 }, (_, index) => ({
    document: `query Q${index} { roles { id } }`,
  }));
  expect(await publishAll(many)).toMatchObject({ storedCount: 1_000 });
  for (const operations of [[], [...many, many[0]!]])
    expect((await publishAll(operations)).userErrors).toMatchObject([
      { code: 'INVALID', field: ['input', 'operations'] },
    ]);
});

test('operations that nobody uses are found', async () => {
  const since = new Date();
  const clientId = await createClient('lazy');
  await publishAll(
    ['Used', 'Unused', 'Forgotten', 'Fresh'].map((name) => ({
      document: `query ${name} { roles { name } }`,
    })),
    clientId,
  );
  const day = 86_400_000;
  const change = (name: string, data: object) =>
    router.db.persistedOperation.updateMany({ where: { name, client: { name: 'lazy' } }, data });
  const old = new Date(since.getTime() - 9 * day);
  await change('Used', { createdAt: old, lastUsedAt: new Date(since.getTime() + day) });
  await change('Unused', { createdAt: old });
  await change('Forgotten', { createdAt: old, lastUsedAt: new Date(since.getTime() - day) });

  const found = await list(`clientId: "${clientId}", unusedSince: "${since.toISOString()}"`);
  expect(found).toEqual({ nodes: [{ name: 'Forgotten' }, { name: 'Unused' }], totalCount: 2 });
});

test('an operation is removed, but not while a route is answered by it', async () => {
  const { persistedOperation } = await publish({ document: 'query Going { roles { id name } }' });
  const { id } = persistedOperation;
  await router.announced();
  expect(
    await router.mutate('persistedOperationRemove', { id }, 'persistedOperation { name }'),
  ).toMatchObject({
    persistedOperation: { name: 'Going' },
  });
  expect(await router.announced()).toEqual(['OPERATION']);
  expect(await router.faults('persistedOperationRemove', { id })).toEqual(['NOT_FOUND id']);

  const { routes } = await router.data('{ routes { nodes { operation { id } } } }');
  const bound = routes.nodes[0].operation.id;
  expect(await router.faults('persistedOperationRemove', { id: bound })).toEqual(['CONFLICT id']);
});
