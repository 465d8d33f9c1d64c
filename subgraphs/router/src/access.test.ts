import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRouter, somebody, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
let ids: { route: string; policy: string; operation: string };
beforeAll(async () => {
  router = await createTestRouter();
  const { routes, quotaPolicies } = await router.data(
    '{ routes { nodes { id operation { id } } } quotaPolicies { id } }',
  );
  ids = { route: routes.nodes[0].id, policy: quotaPolicies[0].id, operation: routes.nodes[0].operation.id };
});
afterAll(() => router[Symbol.asyncDispose]());

const id = (prefix: string) => `"${encodeId(prefix, newId())}"`;
const reading = [
  '{ routes { totalCount } }',
  `{ route(id: ${id('route')}) { id } }`,
  '{ quotaPolicies { id } }',
  '{ persistedOperations { totalCount } }',
  `{ persistedOperation(id: ${id('persisted_operation')}) { id } }`,
  '{ accessPolicies { name } }',
];
const writing = [
  `routeCreate(input: {legacyMethod: GET, legacyPath: "/x", description: "x", operationId: ${id('persisted_operation')}})`,
  `routeUpdate(id: ${id('route')}, input: {})`,
  `routeDisable(id: ${id('route')})`,
  `routeEnable(id: ${id('route')})`,
  'quotaPolicyCreate(input: {name: "x", pointsPerMinute: 1})',
  `quotaPolicyUpdate(id: ${id('quota_policy')}, input: {})`,
  `quotaPolicyAssign(input: {clientApplicationId: ${id('client_application')}, quotaPolicyId: ${id('quota_policy')}})`,
  `quotaPolicyDelete(id: ${id('quota_policy')})`,
  'clientApplicationCreate(input: {name: "x"})',
  `clientApplicationUpdate(id: ${id('client_application')}, input: {})`,
  `clientApplicationDisable(id: ${id('client_application')})`,
  `clientApplicationEnable(id: ${id('client_application')})`,
  `clientKeyRotate(id: ${id('client_application')})`,
  'persistedOperationPublish(input: {document: "query A { __typename }"})',
  'persistedOperationsPublish(input: {operations: [{document: "query A { __typename }"}]})',
  `persistedOperationRemove(id: ${id('persisted_operation')})`,
  'accessPolicySet(input: {name: "x", roles: ["user"]})',
  'accessPolicyRemove(name: "x")',
  'subgraphRegister(input: {name: "x", url: "http://x"})',
  'subgraphUnregister(name: "x")',
].map((field) => `mutation { ${field} { userErrors { code } } }`);

test.each([
  ...reading,
  ...writing,
  '{ clientApplications { totalCount } }',
  `{ clientApplication(id: ${id('client_application')}) { id } }`,
])('a stranger is refused: %s', async (document) => {
  const { data, errors } = await router.execute(document);
  expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  expect(Object.values(data ?? {}).every((value) => value === null)).toBe(true);
});

test.each(reading)('who may not read the rules is refused: %s', async (document) => {
  const { errors } = await router.execute(document, {}, somebody('router:write', 'users:read'));
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
    details: { requiredScopes: [['router:read']] },
  });
});

test.each(writing)('who may not change the rules is refused: %s', async (document) => {
  const before = await router.db.outbox.count();
  const { errors } = await router.execute(document, {}, somebody('router:read', 'users:write'));
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
    details: { requiredScopes: [['router:write']] },
  });
  expect(await router.db.outbox.count()).toBe(before);
});

test('what others may not see is not there through another subgraph, either', async () => {
  const who = [
    { __typename: 'Route', id: ids.route },
    { __typename: 'QuotaPolicy', id: ids.policy },
    { __typename: 'PersistedOperation', id: ids.operation },
  ];
  const entities = 'query ($who: [_Any!]!) { _entities(representations: $who) { __typename } }';
  for (const as of [undefined, somebody(), somebody('router:write')]) {
    const { data, errors } = await router.execute(entities, { who }, as);
    expect([data?._entities, errors]).toEqual([[null, null, null], undefined]);
  }
  const { _entities } = await router.data(entities, { who }, somebody('router:read'));
  expect(_entities).toEqual(who.map(({ __typename }) => ({ __typename })));
});

test('what somebody has used is for them, and for who may read the rules', async () => {
  const ada = somebody();
  const who = [{ __typename: 'User', id: ada.id }];
  const query =
    'query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { quotaUsage { points } } } }';
  const usageFor = async (as?: ReturnType<typeof somebody>) =>
    (await router.execute(query, { who }, as)).data?._entities[0].quotaUsage;
  expect(await usageFor(ada)).toEqual({ points: '0' });
  expect(await usageFor(somebody('router:read'))).toEqual({ points: '0' });
  expect(await usageFor(somebody('router:write'))).toBeNull();
  expect(await usageFor()).toBeNull();
});
