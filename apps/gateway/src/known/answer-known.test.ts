import { createHash } from 'node:crypto';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type PostOptions, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer } from '../testing/test-issuer.ts';

let graph: ForeignGraph;
let issuer: TestIssuer;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startForeignGraph();
  issuer = await startTestIssuer();
  gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_JWKS_URL: issuer.jwksUrl });
});
beforeEach(() => graph.people.behave('well'));
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

let comments = 0;

/** The same operation as a document that has never been seen. */
const unseen = (query: string) => `${query}\n# ${comments++}`;

async function knownSoFar(): Promise<number> {
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  return Number(/^kronos_gateway_known_operations_total (\d+)/m.exec(metrics)![1]);
}

/** What a client sees of an answer, less what is of its request alone. */
async function ask(query: string, options?: PostOptions) {
  const { status, headers, body } = await gateway.post(query, options);
  for (const { extensions } of body.errors ?? []) {
    extensions.timestamp = 'then';
    extensions.requestId = 'id';
  }
  const own = new Set(['date', 'x-request-id', 'content-length']);
  return { status, body, headers: [...headers].filter(([name]) => !own.has(name)) };
}

const person = 'query Person($id: ID!) { person(id: $id) { name } }';
const two = 'query One { count } query Two { people { name } }';

test.each<[string, string, PostOptions?, isKnown?: boolean]>([
  ['a query', '{ people { name } }', {}, true],
  ['with variables', person, { variables: { id: '1' } }, true],
  ['with a variable of the wrong type', person, { variables: { id: ['1'] } }],
  ['with a variable missing', person, { variables: {} }],
  ['null for what is not there', person, { variables: { id: '0' } }, true],
  ['one of two operations', two, { operationName: 'Two' }, true],
  ['the other', two, { operationName: 'One' }, true],
  ['neither', two, { operationName: 'Three' }],
  ['without a name', two],
  ['with an empty name', two, { operationName: '' }],
  ['introspection', '{ __schema { queryType { name } } __typename }', {}, true],
  ['a mutation', 'mutation { personRename(id: 1, name: "n") { name } }', {}, true],
  ['a subscription', 'subscription { counted }'],
  ['an error of a subgraph', '{ person(id: 1) { name diary } }'],
  ['a masked error', '{ person(id: 1) { name broken } }'],
  ['what only known callers may see', '{ person(id: 1) { email } }'],
  ['an operation that is not valid', '{ nonsense }'],
  ['no document', '{ people { name } } }'],
  ['another media type', '{ count }', { headers: { accept: 'application/graphql-response+json' } }, true],
  ['no media type that there is', '{ count }', { headers: { accept: 'text/plain' } }],
  ['extensions of a client', '{ count }', { extensions: { clientLibrary: { name: 'ac' } } }, true],
])('%s is answered the same when it is known', async (_name, query, options, isKnown = false) => {
  const unknown = await ask(unseen(query), options);
  await ask(query, options);
  const before = await knownSoFar();
  expect(await ask(query, options)).toEqual(unknown);
  expect(await knownSoFar()).toBe(before + (isKnown ? 1 : 0));
});

test('whoever may see it is answered, and the next who may not is refused', async () => {
  const query = '{ person(id: 1) { email salary } }';
  const as = async (scope: string) => ({
    headers: { authorization: `Bearer ${await issuer.sign({ scope })}` },
  });
  const privileged = await as('payroll:read');
  for (let round = 0; round < 2; round++) {
    expect((await ask(query, privileged)).body.data).toEqual({
      person: { email: '1@example.com', salary: 100 },
    });
    expect((await ask(query)).body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await ask(query, await as(''))).body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
});

test('a mutation whose answer holds errors has run once', async () => {
  const query = 'mutation { personRename(id: 1, name: "n") { name } }';
  await ask(query);
  graph.people.behave({ status: 500, body: 'no' });
  const before = graph.people.requests.length;
  const { body } = await ask(query);
  expect(body.errors).toHaveLength(1);
  expect(graph.people.requests.length).toBe(before + 1);
});

test('a document that is known by its hash', async () => {
  const query = '{ people { id name } }';
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
  const whole = await ask(query, { extensions: { persistedQuery } });
  const byHash = () => ask(undefined as unknown as string, { extensions: { persistedQuery } });
  expect(await byHash()).toEqual(whole);
  const before = await knownSoFar();
  expect(await byHash()).toEqual(whole);
  expect(await knownSoFar()).toBe(before + 1);
  const wrong = { version: 2, sha256Hash: persistedQuery.sha256Hash };
  const refused = await ask(undefined as unknown as string, { extensions: { persistedQuery: wrong } });
  expect(refused.body.errors).toHaveLength(1);
});

test('a page of another site gets nothing by calling a known document plain text', async () => {
  const query = '{ people { name } }';
  await ask(query);
  const { status } = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ query }),
  });
  expect(status).toBe(415);
});
