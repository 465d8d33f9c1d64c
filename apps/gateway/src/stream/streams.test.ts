import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { createParser } from 'eventsource-parser';
import { createClient } from 'graphql-sse';
import { tap } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStream, readStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const subscription = 'subscription { postAdded { title author { name } } }';
const multipart = { accept: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json' };

let graph: ForeignGraph;
let gateway: TestGateway;

beforeEach(async () => {
  graph = await startForeignGraph();
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_STREAM_HEARTBEAT_MS: '50',
    KRONOS_MAX_STREAMS_PER_CALLER: '3',
  });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

/** Waits until the gateway follows the subgraph, so that what is published now is an event of every stream. */
const untilFollowing = (streams = 1) => vi.waitFor(() => expect(graph.posts.streams).toBe(streams));

describe('SSE', () => {
  test('the stream opens at once, with an id, and every event carries its cursor', async () => {
    const stream = await openStream(gateway.url, subscription);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    expect(stream.headers.get('content-encoding')).toBeNull();
    await vi.waitFor(() => expect(stream.ids[0]).toBe('0'));
    graph.addPost({ title: 'one', author: '1' });
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    expect(stream.events[0]).toEqual({
      id: '1',
      result: { data: { postAdded: { title: 'one', author: { name: 'Person 1' } } } },
    });
    await vi.waitFor(() => expect(stream.ids.filter((id) => id === '1').length).toBeGreaterThan(2));
    stream.close();
    await untilFollowing(0);
  });

  test.each([
    ['the Last-Event-ID header', { 'last-event-id': '1' }, undefined],
    ['extensions.lastEventId', {}, { lastEventId: '1' }],
  ])('%s resumes after a cursor', async (_name, headers, extensions) => {
    for (const title of ['one', 'two', 'three']) graph.addPost({ title, author: '1' });
    const stream = await openStream(gateway.url, subscription, headers as Record<string, string>, extensions);
    await vi.waitFor(() => expect(stream.events.map(({ id }) => id)).toEqual(['2', '3']));
    stream.close();
  });

  test('a cursor that is none is refused', async () => {
    const answer = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: subscription, extensions: { lastEventId: { $gt: 0 } } }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_CURSOR' } }] });
  });

  test('what the subgraph says at the end is told, in the format of all errors', async () => {
    const stream = await openStream(gateway.url, subscription, { 'last-event-id': 'expired' });
    await vi.waitFor(() => expect(stream.isComplete).toBe(true));
    expect(stream.events[0]?.result.errors?.[0]).toMatchObject({
      extensions: {
        code: 'SUBSCRIPTION_CURSOR_EXPIRED',
        timestamp: expect.any(String),
        requestId: stream.headers.get('x-request-id'),
      },
    });
  });

  test('errors in an event are masked as elsewhere', async () => {
    const stream = await openStream(gateway.url, 'subscription { postAdded { author { broken diary } } }');
    await untilFollowing();
    graph.addPost({ title: 'one', author: '1' });
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    const { data, errors } = stream.events[0]!.result;
    expect(data).toEqual({ postAdded: { author: { broken: null, diary: null } } });
    expect(errors?.map(({ extensions }) => extensions.code).sort()).toEqual([
      'FORBIDDEN',
      'INTERNAL_SERVER_ERROR',
    ]);
    expect(stream.text).not.toMatch(/hunter2|serviceName/);
    stream.close();
  });

  test('a query is one result and the end', async () => {
    const stream = await openStream(gateway.url, '{ count }');
    await vi.waitFor(() => expect(stream.isEnded).toBe(true));
    expect(stream.events).toEqual([{ id: undefined, result: { data: { count: 0 } } }]);
    expect(stream.isComplete).toBe(true);
  });

  test('a killed subgraph is a pause, no more', async () => {
    const stream = await openStream(gateway.url, subscription);
    await untilFollowing();
    await graph.posts.kill();
    graph.addPost({ title: 'while away', author: '1' });
    await graph.posts.revive();
    await vi.waitFor(() => expect(stream.events).toHaveLength(1), { timeout: 5_000 });
    expect(stream.isEnded).toBe(false);
    stream.close();
  });

  test('shutting down cuts the stream without complete', async () => {
    const stream = await openStream(gateway.url, subscription);
    await untilFollowing();
    await gateway.gateway.close();
    await vi.waitFor(() => expect(stream.isEnded).toBe(true));
    expect(stream.isComplete).toBe(false);
    expect(stream.events).toEqual([]);
  });

  test('clients are told to come back at different times', async () => {
    const streams = await Promise.all([1, 2, 3].map(() => openStream(gateway.url, subscription)));
    const delays = new Set<number>();
    for (const stream of streams) {
      await vi.waitFor(() => expect(stream.text).toMatch(/^retry: \d+$/m));
      delays.add(Number(/^retry: (\d+)$/m.exec(stream.text)![1]));
      stream.close();
    }
    expect(delays.size).toBeGreaterThan(1);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...delays)).toBeLessThan(5_000);
  });

  test('one caller does not get more streams than allowed', async () => {
    const streams = await Promise.all([1, 2, 3].map(() => openStream(gateway.url, subscription)));
    const refused = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: subscription }),
    });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', details: { limit: 'streams', value: 3, maximum: 3 } } }],
    });
    streams[0]!.close();
    await vi.waitFor(async () => {
      const again = await openStream(gateway.url, subscription);
      expect(again.status).toBe(200);
      again.close();
    });
    for (const stream of streams) stream.close();
  });

  test('@skip and @include on the root field are refused', async () => {
    const query = 'subscription S($no: Boolean!) { postAdded @skip(if: $no) { title } }';
    const { status, body } = await gateway.post(query, { variables: { no: true } });
    expect(status).toBe(400);
    expect(body.errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
  });

  test('without a streaming accept header: 406', async () => {
    const { status, body } = await gateway.post(subscription);
    expect(status).toBe(406);
    expect(body.errors?.[0]?.extensions.code).toBe('SUBSCRIPTION_TRANSPORT_REQUIRED');
  });
});

describe('EventSource by GET', () => {
  const get = (query: string, headers: Record<string, string>) => {
    const abort = new AbortController();
    return fetch(`${gateway.url}?query=${encodeURIComponent(query)}`, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: abort.signal,
    }).then((answer) => ({ answer, close: () => abort.abort() }));
  };

  test('a page of our own origin gets its stream', async () => {
    const { answer, close } = await get(subscription, { 'sec-fetch-site': 'same-origin' });
    expect(answer.status).toBe(200);
    const stream = readStream(answer, close);
    await untilFollowing();
    graph.addPost({ title: 'one', author: '1' });
    await vi.waitFor(() => expect(stream.events).toHaveLength(1));
    stream.close();
  });

  test('pages of other origins, and mutations, get nothing', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await get(subscription, { 'sec-fetch-site': site })).answer.status).toBe(400);
    }
    expect((await get(subscription, {})).answer.status).toBe(400);
    const mutation = 'mutation { postAdd(title: "x", author: 1) { id } }';
    expect((await get(mutation, { 'sec-fetch-site': 'same-origin' })).answer.status).toBe(405);
    expect((await gateway.post('{ count }')).body.data).toEqual({ count: 0 });
  });
});

describe('multipart', () => {
  test('the bytes are those of the protocol', async () => {
    const stream = await openStream(gateway.url, subscription, multipart);
    expect(stream.headers.get('content-type')).toBe(
      'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
    );
    await untilFollowing();
    graph.addPost({ title: 'one', author: '1', isLast: true });
    await vi.waitFor(() => expect(stream.isEnded).toBe(true));
    const part = (json: string) => `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`;
    const event =
      '{"payload":{"data":{"postAdded":{"title":"one","author":{"name":"Person 1"}}},"extensions":{"cursor":"1"}}}';
    expect(stream.text.replaceAll(part('{}'), '')).toBe(`\r\n--graphql${part(event)}--\r\n`);
    expect(stream.text.startsWith(`\r\n--graphql${part('{}')}`)).toBe(true);
  });

  test('a query is one part and the end', async () => {
    const stream = await openStream(gateway.url, '{ count }', multipart);
    await vi.waitFor(() => expect(stream.isEnded).toBe(true));
    expect(stream.text).toContain('{"payload":{"data":{"count":0}}}\r\n--graphql--\r\n');
  });

  test('shutting down says that the client should come back', async () => {
    const stream = await openStream(gateway.url, subscription, multipart);
    await untilFollowing();
    await gateway.gateway.close();
    await vi.waitFor(() => expect(stream.isEnded).toBe(true));
    expect(stream.text).toMatch(
      /{"payload":null,"errors":\[{.*"SERVICE_UNAVAILABLE".*"retryAfter":[1-4],.*\r\n--graphql--\r\n$/s,
    );
  });

  test('an operation that fails is JSON', async () => {
    const answer = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...multipart },
      body: JSON.stringify({ query: 'subscription { nope }' }),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });
});

describe('real clients', () => {
  test('graphql-sse, resuming with its last id, loses nothing over restarts of the gateway', async () => {
    const port = new URL(gateway.url).port;
    let current = gateway;
    let lastId: string | undefined;
    const titles: unknown[] = [];
    const client = createClient({
      url: gateway.url,
      retryAttempts: 100,
      retry: () => new Promise((resolve) => setTimeout(resolve, 20)),
      headers: (): Record<string, string> => (lastId === undefined ? {} : { 'last-event-id': lastId }),
      async fetchFn(url: string, init: RequestInit) {
        const answer = await fetch(url, init);
        const [ids, body] = answer.body!.tee();
        const parser = createParser({ onId: (id) => (lastId = id) });
        const text = ids.pipeThrough(new TextDecoderStream());
        (async () => {
          for await (const chunk of text as unknown as AsyncIterable<string>) parser.feed(chunk);
        })().catch(() => undefined);
        return new Response(body, { status: answer.status, headers: answer.headers });
      },
    });
    const stop = client.subscribe<{ postAdded: { title: string } }>(
      { query: subscription },
      { next: ({ data }) => titles.push(data?.postAdded.title), error() {}, complete() {} },
    );
    await vi.waitFor(() => expect(lastId).toBe('0'));
    const expected: string[] = [];
    for (let index = 0; index < 60; index++) {
      expected.push(`post ${index}`);
      graph.addPost({ title: `post ${index}`, author: '1' });
      if (index % 20 === 10) {
        await current[Symbol.asyncDispose]();
        current = await startTestGateway(graph.supergraphSdl, { KRONOS_PORT: port });
      }
    }
    await vi.waitFor(() => expect(titles).toHaveLength(60), { timeout: 10_000 });
    expect(titles).toEqual(expected);
    stop();
    await current[Symbol.asyncDispose]();
  });

  test('graphql-sse', async () => {
    const client = createClient({ url: gateway.url, retryAttempts: 0 });
    const seen: unknown[] = [];
    const done = new Promise<void>((complete, error) => {
      client.subscribe(
        { query: subscription },
        { next: (result) => seen.push(result.data), error, complete },
      );
    });
    await untilFollowing();
    graph.addPost({ title: 'one', author: '1' });
    graph.addPost({ title: 'two', author: '2', isLast: true });
    await done;
    expect(seen).toEqual([
      { postAdded: { title: 'one', author: { name: 'Person 1' } } },
      { postAdded: { title: 'two', author: { name: 'Person 2' } } },
    ]);
  });

  test('Apollo Client 4 over multipart, its cursors included', async () => {
    const cursors: unknown[] = [];
    const remember = new ApolloLink((operation, forward) =>
      forward(operation).pipe(tap(({ extensions }) => cursors.push(extensions?.cursor))),
    );
    const client = new ApolloClient({
      link: ApolloLink.from([remember, new HttpLink({ uri: gateway.url })]),
      cache: new InMemoryCache(),
    });
    const titles: unknown[] = [];
    const query = gql`subscription Added { postAdded { id title author { id name } } }`;
    const done = new Promise<void>((complete, error) => {
      client.subscribe<{ postAdded: { title: string } }>({ query }).subscribe({
        next: ({ data }) => titles.push(data?.postAdded.title),
        error,
        complete,
      });
    });
    await untilFollowing();
    graph.addPost({ title: 'one', author: '1' });
    graph.addPost({ title: 'two', author: '2', isLast: true });
    await done;
    expect(titles).toEqual(['one', 'two']);
    expect(cursors).toEqual(['1', '2']);
    client.stop();
  });
});
