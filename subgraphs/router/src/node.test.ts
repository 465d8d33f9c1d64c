import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service';
import { encodeId, newId } from '@kronos/subgraph';
import { Kind, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prefixOfType } from './node.rules.ts';
import { createTestRouter, somebody, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
let own: Record<string, string>;
let owner: ReturnType<typeof somebody>;
beforeAll(async () => {
  router = await createTestRouter();
  owner = somebody();
  const { clientApplication } = await router.mutate(
    'clientApplicationCreate',
    { input: { name: 'shop', ownerId: owner.id } },
    'clientApplication { id }',
  );
  const { quotaPolicies, routes } = await router.data(
    '{ quotaPolicies { id } routes { nodes { id operation { id } } } }',
  );
  own = {
    Route: routes.nodes[0].id,
    QuotaPolicy: quotaPolicies[0].id,
    ClientApplication: clientApplication.id,
    PersistedOperation: routes.nodes[0].operation.id,
  };
});
afterAll(() => router[Symbol.asyncDispose]());

const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
const typeOf = async (id: string, as = router.admin) => {
  const { data, errors } = await router.execute(query, { id }, as);
  return data?.node?.__typename ?? errors?.[0]?.extensions?.code;
};

/** The types of all subgraphs that have an id, with the folder of their owner. */
const nodeTypes = globSync('subgraphs/*/schema.graphql', { cwd: repositoryRoot }).flatMap((file) =>
  parse(readFileSync(join(repositoryRoot, file), 'utf8')).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    const isNode = definition.interfaces?.some(({ name }) => name.value === 'Node');
    const isStub =
      file.includes('/router/') &&
      !['Route', 'QuotaPolicy', 'ClientApplication', 'PersistedOperation'].includes(definition.name.value);
    const id = definition.fields?.find(({ name }) => name.value === 'id');
    return isNode && !isStub
      ? [{ name: definition.name.value, file, description: id?.description?.value }]
      : [];
  }),
);

test.each(nodeTypes)(
  '$name has ids that begin with its name, and is found by them',
  async ({ name, file, description }) => {
    const prefix = prefixOfType(name);
    expect(description).toContain(`Begins with \`${prefix}_\``);
    const sources = globSync(`${file.replace('schema.graphql', 'src')}/**/*.ts`, { cwd: repositoryRoot });
    const texts = sources.map((source) => readFileSync(join(repositoryRoot, source), 'utf8'));
    expect(texts.some((text) => text.includes(`encodeId('${prefix}', `))).toBe(true);
    expect(await typeOf(own[name] ?? encodeId(prefix, newId()))).toBe(name);
  },
);

test('no two types have ids that begin alike', () => {
  const prefixes = nodeTypes.map(({ name }) => prefixOfType(name));
  expect(new Set(prefixes).size).toBe(prefixes.length);
});

test.each([
  '',
  'user',
  'user_',
  'user_x',
  'nothing_01jf0000000000000000000000',
  'USER_01jf0000000000000000000000',
  'quota_01jf0000000000000000000000',
  '__proto___01jf0000000000000000000000',
])('%j is nothing', async (id) => {
  expect(await typeOf(id)).toBe('NOT_FOUND');
  expect(await router.data('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [id] })).toEqual({
    nodes: [null],
  });
});

test('rules are found by those who may see them, and by nobody else', async () => {
  for (const [name, id] of Object.entries(own)) {
    expect(await typeOf(id, somebody('router:read'))).toBe(name);
    expect(await typeOf(id, somebody('router:write'))).toBe('NOT_FOUND');
    expect((await router.execute(query, { id })).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
    expect(await typeOf(encodeId(prefixOfType(name), newId()))).toBe('NOT_FOUND');
  }
  expect(await typeOf(own.ClientApplication!, owner)).toBe('ClientApplication');
  expect(await typeOf(own.Route!, owner)).toBe('NOT_FOUND');
});

test('many are found at once, in their order', async () => {
  const ids = [own.Route!, 'x', router.admin.id, own.Route!, encodeId('event', newId())];
  const { nodes } = await router.data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids });
  expect(nodes).toEqual([
    { __typename: 'Route', id: ids[0] },
    null,
    { __typename: 'User', id: ids[2] },
    { __typename: 'Route', id: ids[3] },
    { __typename: 'Event', id: ids[4] },
  ]);
  const tooMany = { ids: Array.from({ length: 101 }, () => router.admin.id) };
  const { errors } = await router.execute('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', tooMany);
  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});
