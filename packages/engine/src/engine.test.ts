import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type SubscriptionSlot,
  subscriptionSlot,
} from './engine.ts';
import type { SubscriptionFrame } from './subscription/subscribe.ts';
import { compose, type ForeignGraph, peopleSdl, postsSdl, startForeignGraph } from './testing/index.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
let graph: ForeignGraph;
const engines: Engine[] = [];

beforeEach(async () => {
  graph = await startForeignGraph();
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  await graph[Symbol.asyncDispose]();
});

/** An engine as Apollo Server would drive it: with the schema of the moment at which each request arrived. */
async function start(options: Partial<EngineOptions> = {}) {
  const engine = createEngine({ supergraphSdl: graph.supergraphSdl, logger, ...options });
  engines.push(engine);
  let schema = buildSchema('type Query { none: Int }');
  engine.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });
  const { executor } = await engine.load({ apollo: {} });
  function request(
    query: string,
    variables: Record<string, unknown> = {},
    context: Record<PropertyKey, unknown> = {},
  ) {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    return {
      schema,
      document,
      context,
      operation: getOperationAST(document)!,
      queryHash: query,
      request: { query, variables },
      metrics: {},
      logger,
    } as unknown as Parameters<NonNullable<typeof executor>>[0];
  }
  const execute = (query: string, variables?: Record<string, unknown>) =>
    executor!(request(query, variables));
  async function subscribe(query: string, variables?: Record<string, unknown>, after?: string) {
    const slot: SubscriptionSlot = {};
    const { errors } = await executor!(request(query, variables, { [subscriptionSlot]: slot }));
    expect(errors).toBeUndefined();
    const abort = new AbortController();
    const frames: SubscriptionFrame[] = [];
    const stream = engine.subscribe(slot.planned!, {
      after,
      signal: abort.signal,
      createContext: () => ({}),
    });
    const ended = (async () => {
      for await (const frame of stream) frames.push(frame);
    })();
    const events = () => frames.filter((frame) => frame.kind === 'event');
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0));
    return { frames, events, ended, abort: () => abort.abort() };
  }
  return { engine, execute, subscribe, request, executor: executor! };
}

test('of entities that somebody knows no subgraph is asked, and what it says of the others is handed over', async () => {
  const known = new Map<string, string>();
  const asked: string[][] = [];
  const { execute } = await start({
    async knowEntities(_context, { subgraph, operation }, ask) {
      const { variables, representations } = ask();
      const keys = representations.map((one) => [subgraph, operation, variables, one].join(' '));
      const texts = keys.map((key) => known.get(key));
      asked.push(representations.filter((_, place) => texts[place] === undefined));
      return { texts, keep: (place, text) => void known.set(keys[place]!, text) };
    },
  });
  const person = (id: string) => `{"__typename":"Person","id":"${id}"}`;
  const names = '{ posts { author { name } } }';
  graph.addPost({ title: 'one', author: '1' });
  await execute(names);
  for (const author of ['2', '0', '1']) graph.addPost({ title: 'more', author });
  const diaries = '{ posts { author { name diary } } }';
  const { data, errors } = await execute(diaries.replace('diary', ''));
  // There is no person 0: its post's author cannot be null, and is not kept.
  expect(errors).toHaveLength(1);
  expect(data).toBeNull();
  expect(asked).toEqual([[person('1')], [person('2'), person('0')]]);
  const before = graph.people.requests.length;
  for (const [key] of known) if (key.endsWith(person('2'))) known.set(key, '{"name":"\\"Two\\""}');
  graph.posts.requests.length = 0;
  await execute(names);
  expect(graph.people.requests.length).toBe(before + 1);

  // What came with an error is handed over to nobody, and the error is that of its own entity.
  const size = known.size;
  const failing = await execute('{ posts { author { diary } } }');
  expect(failing.errors?.map(({ path }) => path?.[1])).toContain(0);
  expect(known.size).toBe(size);
});

test('a query joins both subgraphs and sends the headers it was given', async () => {
  const { execute } = await start({ headers: () => ({ 'x-from': 'here' }) });
  graph.addPost({ title: 'one', author: '1' });
  const { data, errors } = await execute('{ posts { title(upper: true) writer: author { name } } }');
  expect(errors).toBeUndefined();
  expect(data).toEqual({ posts: [{ title: 'ONE', writer: { name: 'Person 1' } }] });
  expect(graph.people.requests.at(-1)).toMatchObject({ 'x-from': 'here' });
});

test('of an entity that its subgraph does not know, what cannot be null is not found', async () => {
  const { execute } = await start();
  graph.addPost({ title: 'one', author: '0' });
  const { data, errors } = await execute('{ posts { title author { id name } } }');
  expect(data).toBeNull();
  expect(errors).toHaveLength(1);
  expect(errors?.[0]).toMatchObject({
    message: 'There is no such Person.',
    path: ['posts', 0, 'author', 'name'],
    extensions: { code: 'NOT_FOUND' },
  });
});

test('a subgraph that is down costs its own fields, with a coded error that says where', async () => {
  const { execute } = await start();
  graph.addPost({ title: 'one', author: '1' });
  await graph.people.kill();
  const { errors } = await execute('{ posts { title author { name } } }');
  expect(errors?.[0]).toMatchObject({
    path: ['posts', 0, 'author', 'name'],
    extensions: { code: 'SERVICE_UNAVAILABLE', details: { subgraph: 'people' }, retryAfter: 2 },
  });
});

test.each([
  [{ status: 503, body: 'busy' }, 'SERVICE_UNAVAILABLE'],
  [{ status: 500, body: '{"errors":[{"message":"boom"}]}' }, 'SERVICE_UNAVAILABLE'],
  [{ status: 504, body: '' }, 'GATEWAY_TIMEOUT'],
  [{ status: 401, body: '' }, 'UNAUTHENTICATED'],
  [{ status: 200, body: '<html>' }, 'SUBGRAPH_RESPONSE_INVALID'],
  [
    { status: 400, body: '{"errors":[{"message":"no","extensions":{"code":"BAD_USER_INPUT"}}]}' },
    'BAD_USER_INPUT',
  ],
  [{ status: 200, body: JSON.stringify({ data: 'x'.repeat(5_000) }) }, 'SUBGRAPH_RESPONSE_TOO_LARGE'],
])('a subgraph that answers %j gives %s', async (behaviour, code) => {
  const { execute } = await start({ http: { maxAnswerBytes: 4_000 } });
  graph.people.behave(behaviour);
  const { errors } = await execute('{ people { name } }');
  expect(errors?.[0]?.extensions.code).toBe(code);
});

test('a subgraph that does not answer in time gives GATEWAY_TIMEOUT', async () => {
  const { execute } = await start({ http: { timeoutMs: 100 } });
  graph.people.behave('silent');
  const { errors } = await execute('{ people { name } }');
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'GATEWAY_TIMEOUT', details: { subgraph: 'people' } });
});

test('a read whose connection is lost is sent once more, a mutation never', async () => {
  const { execute } = await start();
  graph.people.behave('hang up once');
  expect((await execute('{ person(id: 1) { name } }')).errors).toBeUndefined();
  expect(graph.people.requests).toHaveLength(2);
  graph.people.behave('hang up once');
  const { errors } = await execute('mutation { personRename(id: 1, name: "x") { name } }');
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    details: { subgraph: 'people' },
  });
  expect(graph.people.requests).toHaveLength(3);
});

test('an update changes nothing for a request that was validated before it', async () => {
  const { engine, request, executor, execute } = await start();
  const before = request('{ count }');
  const without = compose({
    people: { sdl: peopleSdl, url: graph.people.url },
    posts: { sdl: postsSdl.replace('count: Int!', ''), url: graph.posts.url },
  });
  expect(await engine.update(without)).toBe(true);
  expect(await engine.update(without)).toBe(false);
  expect((await executor(before)).data).toEqual({ count: 0 });
  await expect(engine.update('type Query { x: Int }')).rejects.toThrow();
  expect((await execute('{ people { id } }')).data).toEqual({ people: [{ id: '1' }, { id: '2' }] });
});

test('onSchema may refuse a version', async () => {
  const onSchema = () => {
    throw new Error('not this one');
  };
  await expect(start({ onSchema })).rejects.toThrow('not this one');
});

test('a subscription without a slot asks for a stream', async () => {
  const { execute } = await start();
  const { errors } = await execute('subscription { postAdded { id } }');
  expect(errors?.[0]?.extensions.code).toBe('SUBSCRIPTION_TRANSPORT_REQUIRED');
});

test('events come in order with what the other subgraph contributes, each with its cursor', async () => {
  const { subscribe } = await start();
  const { events, abort, ended } = await subscribe(
    'subscription S($upper: Boolean) { post: postAdded { title(upper: $upper) author { name } } }',
    { upper: true },
  );
  for (let index = 1; index <= 40; index++) graph.addPost({ title: `post ${index}`, author: String(index) });
  await vi.waitFor(() => expect(events()).toHaveLength(40));
  expect(events().map(({ cursor }) => cursor)).toEqual(
    Array.from({ length: 40 }, (_, index) => String(index + 1)),
  );
  expect(events()[4]?.result.data).toEqual({ post: { title: 'POST 5', author: { name: 'Person 5' } } });
  abort();
  await ended;
  await vi.waitFor(() => expect(graph.posts.streams).toBe(0));
});

test('a killed subgraph heals: nothing lost, nothing twice, the reader sees only a pause', async () => {
  const { subscribe } = await start({ subscriptions: { backOff: { initialMs: 5, maxMs: 20 } } });
  const { events, abort, ended } = await subscribe('subscription { postAdded { title author { name } } }');
  graph.addPost({ title: 'before', author: '1' });
  await vi.waitFor(() => expect(events()).toHaveLength(1));
  for (let round = 0; round < 3; round++) {
    await graph.posts.kill();
    graph.addPost({ title: `while away ${round}`, author: '1' });
    await sleep(30);
    await graph.posts.revive();
    graph.addPost({ title: `after ${round}`, author: '1' });
  }
  await vi.waitFor(() => expect(events()).toHaveLength(7), { timeout: 5_000 });
  expect(events().map(({ cursor }) => cursor)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  abort();
  await ended;
});

test('a subscription resumes after a cursor', async () => {
  const { subscribe } = await start();
  for (const title of ['one', 'two', 'three']) graph.addPost({ title, author: '1' });
  const { events, abort } = await subscribe('subscription { postAdded { title } }', {}, '1');
  await vi.waitFor(() => expect(events()).toHaveLength(2));
  expect(events()[0]?.result.data).toEqual({ postAdded: { title: 'two' } });
  abort();
});

test('coded errors of the subgraph pass through and end the stream', async () => {
  const { subscribe } = await start();
  const { frames, ended } = await subscribe('subscription { postAdded { title } }', {}, 'expired');
  await ended;
  expect(frames).toMatchObject([
    { kind: 'end', errors: [{ extensions: { code: 'SUBSCRIPTION_CURSOR_EXPIRED' } }] },
  ]);
});

test('a subgraph that completes ends the stream', async () => {
  const { subscribe } = await start();
  const { frames, events, ended } = await subscribe('subscription { postAdded { title } }');
  graph.addPost({ title: 'last', author: '1', isLast: true });
  await ended;
  expect(events()).toHaveLength(1);
  expect(frames.at(-1)).toEqual({ kind: 'end' });
});

test('a subgraph that refuses, or stays away, ends the stream with the reason', async () => {
  const { subscribe } = await start({
    subscriptions: { openingMs: 50, backOff: { initialMs: 5, maxMs: 20 } },
  });
  graph.posts.behave({ status: 403, body: '' });
  const refused = await subscribe('subscription { postAdded { title } }');
  await refused.ended;
  expect(refused.frames).toMatchObject([{ kind: 'end', errors: [{ extensions: { code: 'FORBIDDEN' } }] }]);
  await graph.posts.kill();
  const away = await subscribe('subscription { postAdded { title } }');
  await away.ended;
  expect(away.frames).toMatchObject([{ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] }]);
});

test('a running subscription goes on with the schema it began with', async () => {
  const { engine, subscribe } = await start();
  const { events, abort } = await subscribe('subscription { postAdded { title } }');
  await engine.update(
    compose({
      people: { sdl: peopleSdl, url: graph.people.url },
      posts: { sdl: postsSdl.replace('title(upper: Boolean = false): String!', ''), url: graph.posts.url },
    }),
  );
  graph.addPost({ title: 'still', author: '1' });
  await vi.waitFor(() => expect(events()).toHaveLength(1));
  expect(events()[0]?.result).toEqual({ data: { postAdded: { title: 'still' } } });
  abort();
});

test('reach says which subgraph does not answer', async () => {
  const { engine } = await start();
  await graph.people.kill();
  expect(await engine.reach({})).toEqual({ people: expect.stringMatching(/ECONNREFUSED/), posts: true });
});
