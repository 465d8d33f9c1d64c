import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { soon } from '@kronos/events/testing';
import { type ReceivedSpan, type TracedProcess, traceForTest } from '@kronos/telemetry/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLiveGraph } from '../testing/live-graph.ts';
import { type LoggingGateway, startLoggingGateway } from '../testing/logging-gateway.ts';
import { openStream } from '../testing/open-stream.ts';

const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${remote.traceId}-${remote.spanId}-01`;

let process: TracedProcess;
let graph: ForeignGraph;
let gateway: LoggingGateway;
beforeAll(async () => {
  process = await traceForTest();
  graph = await startForeignGraph();
  gateway = await startLoggingGateway(graph.supergraphSdl);
  graph.addPost({ title: 'one', author: '1' });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
  await process[Symbol.asyncDispose]();
});

/** The span of a request, once it has ended. */
const spanOf = (requestId: string) =>
  process.until((spans) =>
    spans.find(({ kind, attributes }) => kind === 'server' && attributes['kronos.request_id'] === requestId),
  );
const childrenOf = (parent: ReceivedSpan) =>
  process.spans.filter(({ parentId }) => parentId === parent.spanId);
const namesOf = (spans: ReceivedSpan[]) => spans.map(({ name }) => name).toSorted();

test('a request is one trace, from its caller to its subgraphs, and what is known is not done again', async () => {
  const query = 'query Board($upper: Boolean) { posts { title(upper: $upper) author { name } } }';
  const ask = (id: string) =>
    gateway.post(query, {
      variables: { upper: true },
      headers: {
        traceparent,
        tracestate: 'vendor=1',
        'x-request-id': id,
        'x-client-name': 'board',
        'x-client-version': '2.1',
      },
    });
  const answer = await ask('first');
  expect(answer.body).toEqual({ data: { posts: [{ title: 'ONE', author: { name: 'Person 1' } }] } });
  expect(answer.headers.get('x-client-version')).toBe('2.1');
  const server = await spanOf('first');
  expect(server).toMatchObject({
    name: 'query',
    service: 'kronos-gateway',
    traceId: remote.traceId,
    parentId: remote.spanId,
    failure: undefined,
    attributes: {
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Board',
      'graphql.document.hash': expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      'graphql.client.name': 'board',
      'graphql.client.version': '2.1',
      'http.route': '/graphql',
      'http.response.status_code': 200,
      'kronos.outcome': 'ok',
    },
  });
  expect(namesOf(childrenOf(server))).toEqual([
    'graphql.parse',
    'graphql.plan',
    'graphql.validate',
    'query people',
    'query posts',
  ]);
  const fetch = childrenOf(server).find(({ name }) => name === 'query posts')!;
  expect(fetch).toMatchObject({
    kind: 'client',
    attributes: {
      'kronos.subgraph': 'posts',
      'graphql.operation.name': 'Board__posts__0',
      'url.full': graph.posts.url,
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'http.response.body.size': expect.any(Number),
    },
  });
  expect(graph.posts.requests.at(-1)).toMatchObject({
    traceparent: `00-${remote.traceId}-${fetch.spanId}-01`,
    tracestate: 'vendor=1',
    'x-request-id': 'first',
  });

  await ask('second');
  expect(namesOf(childrenOf(await spanOf('second')))).toEqual(['query people', 'query posts']);
});

test('from an error that a user sees its log lines and its trace are found', async () => {
  const query = 'query Broken { person(id: "secret-7") { name broken } }';
  const { headers, body } = await gateway.post(query, {
    headers: { 'x-client-name': 'board', 'x-client-version': '2.1' },
  });
  const requestId = headers.get('x-request-id')!;
  const { extensions } = body.errors![0]!;
  expect(extensions).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', requestId });
  const server = await spanOf(requestId);
  expect(server).toMatchObject({ traceId: extensions.traceId, failure: 'INTERNAL_SERVER_ERROR' });
  expect(childrenOf(server).find(({ kind }) => kind === 'client')).toMatchObject({
    failure: expect.any(String),
  });

  const lines = gateway.lines.filter((line) => line.requestId === requestId);
  const ids = { traceId: server.traceId, clientName: 'board', clientVersion: '2.1' };
  expect(lines).toEqual([
    expect.objectContaining({ ...ids, msg: expect.stringContaining('masked error'), subgraph: 'people' }),
    expect.objectContaining({ ...ids, msg: 'an operation was answered with errors', operation: 'Broken' }),
  ]);
  expect(JSON.stringify(process.spans)).not.toContain('secret-7');
});

test('a request that is refused before it is an operation is found as well', async () => {
  const answer = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'refused' },
    body: '{',
  });
  const { errors } = await answer.json();
  const server = await spanOf('refused');
  expect(errors[0].extensions).toMatchObject({ requestId: 'refused', traceId: server.traceId });
  expect(server).toMatchObject({ name: 'POST /graphql', attributes: { 'kronos.outcome': 'BAD_REQUEST' } });
  expect(gateway.lines).toContainEqual(
    expect.objectContaining({ requestId: 'refused', traceId: server.traceId, codes: ['BAD_REQUEST'] }),
  );
});

test('who gets the answer to an identical query has a trace that leads to its run', async () => {
  const ask = (id: string) => gateway.post('query Slow { slow }', { headers: { 'x-request-id': id } });
  await Promise.all([ask('run'), ask('joined')]);
  const spans = await Promise.all([spanOf('run'), spanOf('joined')]);
  const [run, joined] = spans.toSorted((one, other) => one.links.length - other.links.length);
  expect(joined!.links).toEqual([{ traceId: run!.traceId, spanId: run!.spanId }]);
  expect(joined).toMatchObject({
    name: 'query',
    attributes: { 'graphql.operation.name': 'Slow', 'kronos.is_shared': true },
  });
  expect(childrenOf(joined!)).toEqual([]);
});

test('an event is delivered once for all of its group, in the trace of what caused it', async () => {
  await using live = await startLiveGraph();
  await using own = await startLoggingGateway(live.supergraphSdl);
  const subscription = 'subscription News { toEverybody { text length } }';
  const open = (id: string) => openStream(own.url, subscription, { 'x-request-id': id });
  const streams = [await open('subscriber-1'), await open('subscriber-2')];
  // The request ends, for its trace, when its stream is open.
  const server = await spanOf('subscriber-1');
  expect(server).toMatchObject({
    name: 'subscription',
    attributes: { 'graphql.operation.name': 'News', 'http.response.status_code': 200 },
  });
  await soon(() => expect(live.open).toHaveLength(1));
  const connection = await process.until((spans) =>
    spans.find(({ name }) => name === 'subscription messages'),
  );
  expect(connection).toMatchObject({ kind: 'client', parentId: null });
  expect(connection.links).toContainEqual({ traceId: server.traceId, spanId: server.spanId });

  live.open[0]!.say('1', 'hello', { traceparent });
  for (const stream of streams) await soon(() => expect(stream.events).toHaveLength(1));
  expect(streams[0]!.text).not.toContain(remote.traceId);
  const delivery = await process.until((spans) => spans.find(({ name }) => name === 'deliver toEverybody'));
  expect(delivery).toMatchObject({
    kind: 'consumer',
    traceId: remote.traceId,
    parentId: remote.spanId,
    attributes: { 'kronos.subscribers': 2, 'kronos.request_id': expect.stringMatching(/^live-/) },
  });
  const [fetch] = childrenOf(delivery);
  expect(fetch).toMatchObject({ name: 'query additions', kind: 'client' });
  expect(live.additions.at(-1)).toMatchObject({ traceparent: `00-${remote.traceId}-${fetch!.spanId}-01` });
  expect(process.spans.filter(({ name }) => name === 'deliver toEverybody')).toHaveLength(1);

  // An event of which nobody says what caused it begins no trace.
  live.open[0]!.say('2');
  await soon(() => expect(streams[1]!.events).toHaveLength(2));
  expect(process.spans.filter(({ name }) => name === 'deliver toEverybody')).toHaveLength(1);
  for (const stream of streams) stream.close();
});
