import { hash } from 'node:crypto';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { soon } from '@kronos/events/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStream, readStream } from '../testing/open-stream.ts';
import { sampleClient, sampleOperation } from '../testing/sample-rules.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestRouter, type TestRouter } from '../testing/test-router.ts';

const held = sampleClient('held', { allowedOperations: 'SAFELIST_ONLY' });
const free = sampleClient('free');
const documents = {
  forAll: 'query Count { count }',
  own: 'query People { people { name } }',
  anothers: 'query Posts { posts { id } }',
  mutation: 'mutation Rename { personRename(id: 1, name: "new") { name } }',
  live: 'subscription Added { postAdded { title } }',
  deferred: 'query Deferred { posts { id author { id ... @defer { name } } } }',
  unstored: 'query Slow { slow }',
  wrong: 'query Wrong { thereIsNoSuchField }',
};
const operations = [
  sampleOperation(documents.forAll),
  sampleOperation(documents.own, held.id),
  sampleOperation(documents.anothers, free.id),
  sampleOperation(documents.mutation, held.id),
  sampleOperation(documents.live, held.id),
  sampleOperation(documents.deferred, held.id),
];

let router: TestRouter;
let graph: ForeignGraph;
let gateway: TestGateway;
beforeAll(async () => {
  router = await startTestRouter({ clients: [held, free], operations });
  graph = await startForeignGraph();
  gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_EDGE_RULES_URL: router.url });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
  await router[Symbol.asyncDispose]();
});

type Headers = Record<string, string>;
const asHeld = { 'x-kronos-client-key': 'held' };
const asFree = { 'x-kronos-client-key': 'free' };
const idOf = (document: string) => `sha256:${hash('sha256', document)}`;
const persisted = (document: string) => ({
  persistedQuery: { version: 1, sha256Hash: hash('sha256', document) },
});

async function post(body: unknown, headers: Headers = {}) {
  const answer = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const get = (parameters: Record<string, string>, headers: Headers = {}) =>
  fetch(`${gateway.url}?${new URLSearchParams(parameters)}`, {
    headers: { 'apollo-require-preflight': '1', ...headers },
  });

const notAllowed = { errors: [{ extensions: { code: 'OPERATION_NOT_ALLOWED' } }] };

describe('a stored document is executed by its hash', () => {
  test.each([
    ['documentId', { documentId: idOf(documents.own) }],
    ['documentId beside null', { documentId: idOf(documents.own), query: undefined, extensions: null }],
    ['the hash alone', { extensions: persisted(documents.own) }],
  ])('%s, by POST', async (_, body) => {
    const expected = {
      status: 200,
      body: { data: { people: [{ name: 'Person 1' }, { name: 'Person 2' }] } },
    };
    // The second time it is known.
    expect(await post(body)).toMatchObject(expected);
    expect(await post(body)).toMatchObject(expected);
  });

  test.each([
    ['documentId', { documentId: idOf(documents.forAll) }],
    ['the hash alone', { extensions: JSON.stringify(persisted(documents.forAll)) }],
  ])('%s, by GET', async (_, parameters) => {
    expect(await (await get(parameters)).json()).toMatchObject({ data: { count: expect.any(Number) } });
  });

  test('with variables and a stream, by GET and POST', async () => {
    const accept = { accept: 'text/event-stream' };
    const byGet = readStream(await get({ documentId: idOf(documents.live) }, accept), () => undefined);
    const byPost = readStream(
      await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...accept },
        body: JSON.stringify({ documentId: idOf(documents.live) }),
      }),
      () => undefined,
    );
    await soon(() => expect(graph.posts.streams).toBeGreaterThan(0));
    graph.addPost({ title: 'Stored', author: '1', isLast: true });
    await soon(() => expect([byGet.isEnded, byPost.isEnded]).toEqual([true, true]));
    for (const { events } of [byGet, byPost])
      expect(events).toMatchObject([{ result: { data: { postAdded: { title: 'Stored' } } } }]);
  });

  test.each<[string, string | undefined]>([
    ['JSON', undefined],
    ['a stream', 'text/event-stream'],
  ])('never a mutation by GET, answered with %s', async (_, accept) => {
    const answer = await get({ documentId: idOf(documents.mutation) }, accept ? { accept } : {});
    expect(await answer.text()).toMatch(/GET (never carries a mutation|requests only support query)/);
  });

  test.each([
    ['no hash', 'abc', 400, 'BAD_REQUEST'],
    ['a hash in capitals', idOf(documents.own).toUpperCase(), 400, 'BAD_REQUEST'],
    ['a number', 1, 400, 'BAD_REQUEST'],
    ['of nothing that is stored', idOf('{ nothing }'), 200, 'PERSISTED_QUERY_NOT_FOUND'],
  ])('an id that is %s is refused', async (_, documentId, status, code) => {
    expect(await post({ documentId })).toMatchObject({
      status,
      body: { errors: [{ extensions: { code } }] },
    });
    const byGet = await get({ documentId: String(documentId) });
    expect(byGet.status).toBe(status);
  });
});

describe('a client that is held to its list', () => {
  test.each<[string, object]>([
    ['by its hash', { documentId: idOf(documents.own) }],
    ['by identical text', { query: documents.own }],
    ["everybody's", { query: documents.forAll }],
    ['a mutation', { extensions: persisted(documents.mutation) }],
  ])('sends what is on it: %s', async (_, body) => {
    for (let time = 0; time < 2; time++) {
      const answer = await post(body, asHeld);
      expect(answer.body.errors).toBeUndefined();
      expect(answer.body.data).toBeTruthy();
    }
  });

  test.each<[string, object]>([
    ['what is not stored', { query: documents.unstored }],
    ['what is no document at all', { query: 'not a document' }],
    ['what is not valid', { query: documents.wrong }],
    ["another client's, in text", { query: documents.anothers }],
    ["another client's, by its hash", { documentId: idOf(documents.anothers) }],
    ['a text that differs by a blank', { query: `${documents.own} ` }],
    [
      'what is registered at the same time',
      { query: documents.unstored, extensions: persisted(documents.unstored) },
    ],
  ])('sends nothing else: %s', async (_, body) => {
    // Others have sent it, so that it is known, and registered it.
    await post(body, asFree);
    expect(await post(body, asHeld)).toMatchObject({ status: 200, body: notAllowed });
    const accept = 'application/graphql-response+json';
    expect(await post(body, { ...asHeld, accept })).toMatchObject({ status: 403, body: notAllowed });
  });

  test('by whichever way it comes', async () => {
    const { unstored } = documents;
    expect(await (await get({ query: unstored }, asHeld)).json()).toMatchObject(notAllowed);
    const stream = await openStream(gateway.url, unstored, asHeld);
    await soon(() => expect(stream.isComplete).toBe(true));
    expect(stream.events).toMatchObject([{ result: notAllowed }]);
    const subscription = await openStream(gateway.url, 'subscription { counted }', asHeld);
    await soon(() => expect(subscription.isComplete).toBe(true));
    expect(subscription.events).toMatchObject([{ result: notAllowed }]);
    const sseByGet = await get({ query: unstored }, { ...asHeld, accept: 'text/event-stream' });
    expect(await sseByGet.text()).toContain('OPERATION_NOT_ALLOWED');
    const multipart = { ...asHeld, accept: 'multipart/mixed;subscriptionSpec=1.0, application/json' };
    expect((await post({ query: 'subscription { counted }' }, multipart)).body).toMatchObject(notAllowed);
    const parts = { ...asHeld, accept: 'multipart/mixed;deferSpec=20220824, application/json' };
    expect((await post({ query: '{ people { id ... @defer { name } } }' }, parts)).body).toMatchObject(
      notAllowed,
    );

    const token = await (await fetch(gateway.url, { method: 'PUT', headers: asHeld })).text();
    const onSingle = { ...asHeld, 'x-graphql-event-stream-token': token };
    const single = await post({ query: unstored, extensions: { operationId: '1' } }, onSingle);
    expect(single.body).toMatchObject(notAllowed);
    const allowed = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...onSingle },
      body: JSON.stringify({ documentId: idOf(documents.own), extensions: { operationId: '2' } }),
    });
    expect(allowed.status).toBe(202);
  });

  test('and may have stored parts and streams', async () => {
    const parts = await fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'multipart/mixed;deferSpec=20220824, application/json',
        ...asHeld,
      },
      body: JSON.stringify({ documentId: idOf(documents.deferred) }),
    });
    expect(parts.headers.get('content-type')).toContain('multipart/mixed');
    expect(await parts.text()).toContain('"hasNext":false');
    const stream = await openStream(gateway.url, documents.live, asHeld);
    await soon(() => expect(graph.posts.streams).toBeGreaterThan(0));
    graph.addPost({ title: 'Live', author: '1', isLast: true });
    await soon(() => expect(stream.isEnded).toBe(true));
  });
});

test('all callers can be held to what is stored', async () => {
  await using strict = await startTestGateway(graph.supergraphSdl, {
    KRONOS_EDGE_RULES_URL: router.url,
    KRONOS_STORED_OPERATIONS_ONLY: 'true',
  });
  expect((await strict.post(documents.forAll)).body.data).toBeTruthy();
  expect((await strict.post(documents.own)).body).toMatchObject(notAllowed);
  expect((await strict.post(documents.own, { headers: asHeld })).body.data).toBeTruthy();
  expect((await strict.post(documents.own, { headers: asFree })).body).toMatchObject(notAllowed);
});

test('what is taken off the list is refused at once, though it is known', async () => {
  const query = 'query Passing { count }';
  await using own = await startTestRouter({ clients: [held], operations: [sampleOperation(query)] });
  await using other = await startTestGateway(graph.supergraphSdl, {
    KRONOS_EDGE_RULES_URL: own.url,
    KRONOS_EDGE_RULES_POLL_SECONDS: '1',
  });
  const ask = () => other.post(query, { headers: asHeld });
  for (let time = 0; time < 3; time++) expect((await ask()).body.data).toBeTruthy();
  own.set({ clients: [held] });
  await soon(async () => expect((await ask()).body).toMatchObject(notAllowed));
});
