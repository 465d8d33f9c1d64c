import { soon } from '@kronos/events/testing';
import { createClient } from 'graphql-sse';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LiveGraph, startLiveGraph } from '../testing/live-graph.ts';
import { readStream, type TestStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer, testSession, testUser } from '../testing/test-issuer.ts';

const everybody = 'subscription { toEverybody { id text } }';

let graph: LiveGraph;
let issuer: TestIssuer;
let gateway: TestGateway;
const opened: TestStream[] = [];

beforeEach(async () => {
  graph = await startLiveGraph();
  issuer = await startTestIssuer();
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_STREAM_HEARTBEAT_MS: '50',
    KRONOS_MAX_STREAMS_PER_CALLER: '4',
  });
});
afterEach(async () => {
  for (const stream of opened.splice(0)) stream.close();
  await gateway[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

type Headers = Record<string, string>;

async function reserve(headers: Headers = {}): Promise<string> {
  const answer = await fetch(gateway.url, { method: 'PUT', headers });
  expect(answer.status).toBe(201);
  return answer.text();
}

async function open(token: string, headers: Headers = {}): Promise<Response> {
  const abort = new AbortController();
  const url = `${gateway.url}?token=${token}`;
  const answer = await fetch(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  if (answer.ok) opened.push(readStream(answer, () => abort.abort()));
  return answer;
}

async function post(
  token: string,
  query: string,
  extensions: unknown,
  headers: Headers = {},
): Promise<Response> {
  return fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-graphql-event-stream-token': token, ...headers },
    body: JSON.stringify({ query, extensions }),
  });
}

async function stop(token: string, operationId: string): Promise<Response> {
  return fetch(`${gateway.url}?operationId=${operationId}`, {
    method: 'DELETE',
    headers: { 'x-graphql-event-stream-token': token },
  });
}

const codeOf = async (answer: Response) => ((await answer.json()) as ErrorBody).errors[0]!.extensions.code;
interface ErrorBody {
  errors: { extensions: { code: string } }[];
}
const received = ({ events }: TestStream) => events.map(({ result }) => result as unknown);
const upstreams = (count: number) => soon(() => expect(graph.upstreams).toHaveLength(count));

async function openStreams(): Promise<number> {
  const text = await (await fetch(`${gateway.origin}/metrics`)).text();
  return Number(/^kronos_gateway_streams (\d+)$/m.exec(text)?.[1]);
}

describe('graphql-sse with singleConnection', () => {
  test('subscribes, asks and stops over one stream', async () => {
    const client = createClient({ url: gateway.url, singleConnection: true, retryAttempts: 0 });
    const texts: unknown[] = [];
    const seen = (result: { data?: unknown; extensions?: unknown }) =>
      texts.push([result.data, result.extensions]);
    const stopFirst = client.subscribe({ query: everybody }, { next: seen, error() {}, complete() {} });
    await upstreams(1);
    const completed = new Promise<void>((complete, error) => {
      client.subscribe({ query: '{ ready }' }, { next: seen, error, complete });
    });
    await completed;
    graph.upstreams[0]!.say('1', 'hello');
    await soon(() =>
      expect(texts).toEqual([
        [{ ready: true }, undefined],
        [{ toEverybody: { id: '1', text: 'hello' } }, { cursor: '1' }],
      ]),
    );
    expect(await openStreams()).toBe(2);
    stopFirst();
    await soon(() => expect(graph.open).toEqual([]));
    client.dispose();
    await soon(async () => expect(await openStreams()).toBe(0));
  });

  test('resumes each operation after its own cursor when the gateway was restarted', async () => {
    const cursors = new Map<string, unknown>();
    const client = createClient({
      url: gateway.url,
      singleConnection: true,
      retryAttempts: 100,
      retry: () => new Promise((resolve) => setTimeout(resolve, 20)),
      // What is sent again is the request as it was: the cursor is put in where it leaves.
      fetchFn(url: string, init: RequestInit) {
        if (init.method !== 'POST') return fetch(url, init);
        const body = JSON.parse(String(init.body));
        body.extensions.lastEventId = cursors.get(body.query);
        return fetch(url, { ...init, body: JSON.stringify(body) });
      },
    });
    const ids: unknown[] = [];
    const other = 'subscription { toEverybody { id } }';
    for (const query of [everybody, other]) {
      client.subscribe<{ toEverybody: { id: string } }>(
        { query },
        {
          next({ data, extensions }) {
            cursors.set(query, (extensions as { cursor: string }).cursor);
            ids.push(data?.toEverybody.id);
          },
          error() {},
          complete() {},
        },
      );
      await upstreams(graph.upstreams.length + 1);
    }
    graph.upstreams[0]!.say('5');
    graph.upstreams[1]!.say('7');
    await soon(() => expect(ids.sort()).toEqual(['5', '7']));
    const { port } = new URL(gateway.url);
    await gateway[Symbol.asyncDispose]();
    gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_PORT: port });
    await upstreams(4);
    expect(
      graph.upstreams
        .slice(2)
        .map(({ after }) => after)
        .sort(),
    ).toEqual(['5', '7']);
    client.dispose();
  });
});

describe('the stream', () => {
  test('takes operations before it is opened', async () => {
    const token = await reserve();
    expect((await post(token, '{ ready }', { operationId: 'a' })).status).toBe(202);
    expect((await post(token, everybody, { operationId: 'b', lastEventId: '3' })).status).toBe(202);
    await upstreams(1);
    expect(graph.upstreams[0]!.after).toBe('3');
    for (const cursor of ['4', '5', '6']) graph.upstreams[0]!.say(cursor);
    const answer = await open(token);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    const message = (cursor: string) => ({
      id: 'b',
      payload: { data: { toEverybody: { id: cursor, text: `message ${cursor}` } }, extensions: { cursor } },
    });
    await soon(() =>
      expect(received(opened[0]!)).toEqual([
        { id: 'a', payload: { data: { ready: true } } },
        message('4'),
        message('5'),
        message('6'),
      ]),
    );
    expect(opened[0]!.text).toContain('event: complete\ndata: {"id":"a"}\n\n');
    // The id of the stream would be that of whichever operation spoke last.
    expect(opened[0]!.ids).toEqual([]);
  });

  test('is one per token, lives until it is closed, and frees everything', async () => {
    const token = await reserve();
    await open(token);
    const again = await open(token);
    expect([again.status, await codeOf(again)]).toEqual([409, 'CONFLICT']);
    await post(token, everybody, { operationId: 'a' });
    await upstreams(1);
    const same = await post(token, everybody, { operationId: 'a' });
    expect([same.status, await codeOf(same)]).toEqual([409, 'CONFLICT']);
    expect((await stop(token, 'a')).status).toBe(200);
    await soon(() => expect(graph.open).toEqual([]));
    expect((await post(token, everybody, { operationId: 'a' })).status).toBe(202);
    await upstreams(2);
    opened[0]!.close();
    await soon(() => expect(graph.open).toEqual([]));
    await soon(async () => expect(await openStreams()).toBe(0));
    const gone = await post(token, everybody, { operationId: 'b' });
    expect([gone.status, await codeOf(gone)]).toEqual([404, 'NOT_FOUND']);
  });

  test('counts as a stream, and so does each of its operations', async () => {
    const token = await reserve();
    await open(token);
    for (const operationId of ['a', 'b', 'c']) await post(token, everybody, { operationId });
    const refused = await post(token, everybody, { operationId: 'd' });
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'RATE_LIMITED']);
    expect((await fetch(gateway.url, { method: 'PUT' })).status).toBe(429);
    await stop(token, 'a');
    expect((await post(token, everybody, { operationId: 'd' })).status).toBe(202);
  });

  test('is cut when the gateway stops', async () => {
    const token = await reserve();
    await open(token);
    await post(token, everybody, { operationId: 'a' });
    await upstreams(1);
    await gateway.gateway.close();
    await soon(() => expect(opened[0]!.isEnded).toBe(true));
    expect(opened[0]!.text).not.toContain('complete');
  });

  test('tells what becomes of one operation, and goes on', async () => {
    const token = await reserve();
    await open(token);
    await post(token, everybody, { operationId: 'a', lastEventId: '1' });
    await upstreams(1);
    graph.upstreams[0]!.refuse('SUBSCRIPTION_CURSOR_EXPIRED');
    await soon(() =>
      expect(received(opened[0]!)).toMatchObject([
        { id: 'a', payload: { errors: [{ extensions: { code: 'SUBSCRIPTION_CURSOR_EXPIRED' } }] } },
      ]),
    );
    expect(opened[0]!.isEnded).toBe(false);
    expect(await openStreams()).toBe(1);
  });
});

describe('requests that are refused', () => {
  test.each([
    ['no operation id', everybody, {}, 400, 'BAD_REQUEST'],
    ['an operation id that is none', everybody, { operationId: 'a\nb' }, 400, 'BAD_REQUEST'],
    ['a cursor that is none', everybody, { operationId: 'a', lastEventId: {} }, 400, 'BAD_CURSOR'],
    ['an operation that is not valid', '{ nope }', { operationId: 'a' }, 200, 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s', async (_name, query, extensions, status, code) => {
    const token = await reserve();
    const answer = await post(token, query, extensions);
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
    expect(await openStreams()).toBe(1);
  });

  test('a field for others, where callers are refused for what they may not see', async () => {
    await using strict = await startTestGateway(graph.supergraphSdl, { KRONOS_UNAUTHORIZED: 'refuse' });
    const token = await (await fetch(strict.url, { method: 'PUT' })).text();
    const answer = await fetch(strict.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-graphql-event-stream-token': token },
      body: JSON.stringify({
        query: 'subscription { toEverybody { forRoles } }',
        extensions: { operationId: 'a' },
      }),
    });
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('the stream is for those who reserved it, a refreshed token of theirs included', async () => {
    const sign = async (claims: object) => ({ authorization: `Bearer ${await issuer.sign({ ...claims })}` });
    const own = await sign({ sub: testUser, sid: testSession });
    const token = await reserve(own);
    const others = [await sign({ sub: testUser, sid: testSession.replace(/.$/, 'k') }), {}];
    for (const headers of others) {
      const refused = await post(token, everybody, { operationId: 'a' }, headers);
      expect([refused.status, await codeOf(refused)]).toEqual([404, 'NOT_FOUND']);
    }
    expect((await open(token, others[0] as Headers)).status).toBe(404);
    const refreshed = { authorization: `Bearer ${await issuer.sign({}, { expiresIn: 500 })}` };
    expect((await post(token, everybody, { operationId: 'a' }, refreshed)).status).toBe(202);
    // An EventSource cannot say who opens it: it has the token from who can.
    expect((await open(token)).status).toBe(200);
  });

  test('a token that nobody gave', async () => {
    expect((await open('x')).status).toBe(404);
    const other = await fetch(gateway.url, {
      method: 'PATCH',
      headers: { 'x-graphql-event-stream-token': await reserve() },
    });
    expect(other.status).toBe(405);
  });

  test('pages of other origins must ask first', async () => {
    for (const method of ['PUT', 'DELETE']) {
      const { headers } = await fetch(gateway.url, {
        method: 'OPTIONS',
        headers: { origin: 'http://localhost:3000', 'access-control-request-method': method },
      });
      expect(headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
      expect(headers.get('access-control-allow-methods')?.split(', ')).toContain(method);
    }
  });
});
