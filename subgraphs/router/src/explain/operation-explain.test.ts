import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRouter, somebody, type TestRouter } from '../testing/test-router.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await createTestRouter();
});
afterAll(() => router[Symbol.asyncDispose]());

const verbatim =
  'query($d: String!) { operationExplain(document: $d) { cost depth subgraphs { name } requiredScopes } }';
const all = `query ($d: String!, $o: String, $v: JSONObject) {
  operationExplain(document: $d, operationName: $o, variables: $v) {
    cost depth plan requiredScopes requiredPolicies
    deniedFields { path coordinate code requiredScopes requiredPolicies }
  }
}`;
const explain = async (d: string, rest: object = {}, as = somebody()) =>
  (await router.data(all, { d, ...rest }, as)).operationExplain;
const codeOf = async (d: string, rest: object = {}) =>
  (await router.execute(all, { d, ...rest }, somebody())).errors?.[0]?.extensions?.code;

test('whoever is logged in is told what an operation would cost and need', async () => {
  const d = '{ events(first: 7) { nodes { title organizer { displayName } } } }';
  const { operationExplain } = await router.data(verbatim, { d }, somebody());
  expect(operationExplain).toEqual({
    cost: expect.any(Number),
    depth: 4,
    subgraphs: [{ name: 'events' }, { name: 'users' }],
    requiredScopes: [],
  });
  expect(operationExplain.cost).toBeGreaterThan(7);
  expect((await router.execute(verbatim, { d })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});

test('nothing is executed, and nothing is changed', async () => {
  const before = await router.db.quotaPolicy.count();
  const d =
    'mutation { quotaPolicyCreate(input: {name: "explained", pointsPerMinute: 1}) { quotaPolicy { id } } }';
  const { requiredScopes, plan } = await explain(d, {}, router.admin);
  expect(requiredScopes).toEqual(['router:write']);
  expect(plan).toContain('Fetch(service: "router")');
  expect(await router.db.quotaPolicy.count()).toBe(before);
});

test('variables decide what it costs', async () => {
  const d = 'query ($n: Int = 3) { events(first: $n) { nodes { id } } }';
  const costs = await Promise.all([{}, { v: { n: 50 } }].map(async (rest) => (await explain(d, rest)).cost));
  expect(costs[1]).toBeGreaterThan(10 * costs[0]);
});

test('what the caller may not see is named, with what it would take', async () => {
  const d = '{ events { totalCount } everyone: users { totalCount } }';
  const { deniedFields } = await explain(d);
  expect(deniedFields).toEqual([
    {
      path: 'everyone',
      coordinate: 'Query.users',
      code: 'FORBIDDEN',
      requiredScopes: [['users:read']],
      requiredPolicies: [],
    },
  ]);
  expect((await explain(d, {}, somebody('users:read'))).deniedFields).toEqual([]);
});

test('of several operations the one that is named', async () => {
  const d = 'query A { viewer { scopes } } query B { events { nodes { id } } }';
  expect((await explain(d, { o: 'B' })).plan).toContain('Fetch(service: "events")');
  expect(await codeOf(d)).toBe('BAD_USER_INPUT');
  expect(await codeOf(d, { o: 'C' })).toBe('BAD_USER_INPUT');
});

test.each([
  ['no GraphQL', '{', 'GRAPHQL_PARSE_FAILED'],
  ['what the graph does not have', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['too many tokens', `{ ${'a '.repeat(15_000)} }`, 'GRAPHQL_PARSE_FAILED'],
  [
    'too many aliases',
    `{ ${Array.from({ length: 201 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
    'OPERATION_LIMIT_EXCEEDED',
  ],
  ['too deep', `{ ${'organizer { '.repeat(31)} id ${'} '.repeat(31)} }`, 'OPERATION_LIMIT_EXCEEDED'],
  [
    'small as a text, and large as work',
    `{ ${'health { status } '.repeat(1_000)} }`,
    'OPERATION_LIMIT_EXCEEDED',
  ],
  [
    'fragments in a circle',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
])('%s is refused as a gateway does', async (_what, document, code) => {
  expect(await codeOf(document)).toBe(code);
});

test('what is refused is told without suggestions, which would tell the schema', async () => {
  const { errors } = await router.execute(all, { d: '{ eventz { nodes { id } } }' }, somebody());
  expect(errors?.[0]?.message).toBe('Cannot query field "eventz" on type "Query".');
});
