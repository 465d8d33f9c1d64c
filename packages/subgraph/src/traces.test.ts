import { type ReceivedSpan, type TracedProcess, traceForTest } from '@kronos/telemetry/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFixtureSubgraph, hiddenSession, unknownSession } from './fixture/fixture-subgraph.ts';
import { newId } from './ids.ts';
import type { GraphQLRequest } from './subgraph.ts';
import { createTestDomain, type TestDomain, testViewer } from './testing/index.ts';
import { summaryOf, traceSql } from './trace-sql.ts';

const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const userId = newId();
const caller = {
  viewer: testViewer({ userId, sessionId: newId() }),
  clientApplicationId: null,
  clientAddress: '127.0.0.1',
  userAgent: null,
  traceparent: `00-${remote.traceId}-${remote.spanId}-01`,
};
const revoke = 'mutation Revoke($id: UUID!) { sessionRevoke(sessionId: $id) { eventId } }';
const revoked = 'subscription Revoked { sessionRevoked { sessionId eventCount } }';

let process: TracedProcess;
let kit: TestDomain;
beforeAll(async () => {
  process = await traceForTest();
  traceSql();
  kit = await createTestDomain('auth', createFixtureSubgraph);
});
afterAll(async () => {
  await kit[Symbol.asyncDispose]();
  await process[Symbol.asyncDispose]();
});

const execute = (requestId: string, request: GraphQLRequest) =>
  kit.subgraph.execute(request, { ...caller, requestId });

/** The span of a request, and what is below it. */
async function traceOf(requestId: string) {
  const server = await process.until((spans) =>
    spans.find(({ kind, attributes }) => kind === 'server' && attributes['kronos.request_id'] === requestId),
  );
  const childrenOf = (parent: ReceivedSpan) =>
    process.spans.filter(({ parentId }) => parentId === parent.spanId);
  const childOf = (parent: ReceivedSpan, name: string) => {
    const found = childrenOf(parent).find((span) => span.name === name);
    if (!found) throw new Error(`${name} is not among ${childrenOf(parent).map((span) => span.name)}`);
    return found;
  };
  return { server, childOf, childrenOf };
}

test('an operation, its root field, its SQL and the event that it writes are one trace', async () => {
  const { errors } = await execute('one', { query: revoke, variables: { id: newId() } });
  expect(errors).toBeUndefined();
  const { server, childOf, childrenOf } = await traceOf('one');
  expect(server).toMatchObject({
    name: 'mutation',
    service: 'kronos-fixture',
    traceId: remote.traceId,
    parentId: remote.spanId,
    failure: undefined,
    attributes: { 'graphql.operation.type': 'mutation', 'graphql.operation.name': 'Revoke' },
  });
  const field = childOf(server, 'Mutation.sessionRevoke');
  const create = childOf(field, 'create sessionRevoked');
  expect(childrenOf(field).map(({ name }) => name)).toEqual(expect.arrayContaining(['BEGIN', 'COMMIT']));
  const insert = childOf(create, 'INSERT outbox');
  expect(insert).toMatchObject({
    kind: 'client',
    service: 'kronos-fixture',
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': 'INSERT',
      'db.collection.name': 'outbox',
      'db.query.text': expect.stringContaining('$1'),
    },
  });
  expect(JSON.stringify(process.spans)).not.toContain(userId);
});

test('a fault of an operation is one of its span and of its field', async () => {
  await execute('two', { query: '{ fail(kind: CODED) }' });
  await execute('three', { query: '{ fail(kind: BUG) }' });
  await execute('four', { query: '{ nothing }' });
  const coded = await traceOf('two');
  expect(coded.server.failure).toBe('TEAPOT');
  expect(coded.childOf(coded.server, 'Query.fail').failure).toBe('TEAPOT');
  const bug = await traceOf('three');
  expect(bug.server.failure).toBe('INTERNAL_SERVER_ERROR');
  expect(bug.childOf(bug.server, 'Query.fail').failure).toBe('TypeError');
  const invalid = await traceOf('four');
  expect(invalid.server).toMatchObject({ name: 'GraphQL Operation', failure: 'GRAPHQL_VALIDATION_FAILED' });
  expect(JSON.stringify(process.spans)).not.toContain('hunter2');
});

test('what a person can mend is no fault of a trace', async () => {
  await execute('five', { query: revoke, variables: { id: unknownSession } });
  expect((await traceOf('five')).server.failure).toBeUndefined();
});

test('the references to one type are one span', async () => {
  const representations = Array.from({ length: 20 }, (_, index) => ({ __typename: 'User', id: `${index}` }));
  const query =
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { name } } }';
  const { data } = await execute('six', { query, variables: { representations } });
  expect(data?._entities).toHaveLength(20);
  const { server, childrenOf } = await traceOf('six');
  expect(childrenOf(server)).toMatchObject([
    { name: 'User.__resolveReference', attributes: { 'kronos.references': 20 } },
  ]);
});

test('an event is answered for its subscriber in the trace of what caused it, which the gateway is told', async () => {
  const stream = await kit.subgraph.subscribe({ query: revoked }, { ...caller, requestId: 'live' });
  if ('errors' in stream) throw new Error('refused');
  const opened = await traceOf('live');
  expect(opened.server).toMatchObject({
    name: 'subscription',
    attributes: { 'graphql.operation.name': 'Revoked' },
  });

  await execute('hidden', { query: revoke, variables: { id: hiddenSession } });
  await execute('seen', { query: revoke, variables: { id: newId() } });
  const { value: message } = await stream.next();
  await stream.return();
  const { server, childOf } = await traceOf('seen');
  const create = childOf(childOf(server, 'Mutation.sessionRevoke'), 'create sessionRevoked');
  const delivery = await process.until((spans) =>
    spans.find(({ name, parentId }) => name === 'process sessionRevoked' && parentId === create.spanId),
  );
  expect(delivery).toMatchObject({
    kind: 'consumer',
    service: 'kronos-fixture',
    attributes: { 'kronos.request_id': 'live', 'messaging.destination.name': 'sessionRevoked' },
  });
  expect(message?.traceparent).toBe(`00-${remote.traceId}-${delivery.spanId}-01`);
  expect(childOf(delivery, 'Subscription.sessionRevoked')).toBeDefined();
  const unseen = process.spans.filter(({ attributes }) => attributes['kronos.is_visible'] === false);
  expect(unseen).toMatchObject([{ name: 'process sessionRevoked' }]);
});

test.each([
  ['SELECT "public"."event"."id" FROM "public"."event" WHERE 1=1', { operation: 'SELECT', table: 'event' }],
  ['INSERT INTO "public"."outbox" ("id") VALUES ($1)', { operation: 'INSERT', table: 'outbox' }],
  ['UPDATE "user" SET "name" = $1', { operation: 'UPDATE', table: 'user' }],
  ['\n  DELETE FROM ONLY session', { operation: 'DELETE', table: 'session' }],
  ['SELECT 1', { operation: 'SELECT' }],
  ['', { operation: 'SQL' }],
])('%s is summed up', (sql, summary) => {
  expect(summaryOf(sql)).toEqual(summary);
});
