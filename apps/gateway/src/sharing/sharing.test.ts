import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type ScriptedAnswer, type ScriptedGraph, startScriptedGraph } from '../testing/scripted-graph.ts';
import { type PostOptions, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const sdl = /* GraphQL */ `
  type Query { stock: Int stockOf(id: ID!): Int }
  type Mutation { buy: Int }
`;

let graph: ScriptedGraph;
let gateway: TestGateway;
let waiting: ((answer: ScriptedAnswer) => void)[] = [];
let stock = 0;

beforeAll(async () => {
  const shop = {
    sdl,
    answer: () => new Promise<ScriptedAnswer>((resolve) => waiting.push(resolve)),
  };
  graph = await startScriptedGraph({ shop });
  gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_FORWARD_HEADERS: 'accept-language' });
});
beforeEach(() => {
  waiting = [];
  stock = 0;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

/** How many requests the subgraph holds, once it is sure that no more are on their way. */
async function held(atLeast: number): Promise<number> {
  await vi.waitFor(() => expect(waiting.length).toBeGreaterThanOrEqual(atLeast));
  await settled();
  return waiting.length;
}

/** Every request that was sent before has reached the gateway: this one came after them. */
async function settled(): Promise<void> {
  for (let round = 0; round < 5; round++) await gateway.post('{ __typename }');
}

function release(answer: Partial<ScriptedAnswer> = {}): void {
  for (const resolve of waiting.splice(0)) {
    stock++;
    resolve({ body: { data: { stock, buy: stock, stockOf: stock } }, ...answer });
  }
}

const ask = (query: string, options?: PostOptions) => gateway.post(query, options);
const as = (headers: Record<string, string>): PostOptions => ({ headers });

test('identical queries in flight are run once, and each answer has the id of its own request', async () => {
  const answers = ['a', 'b', 'c'].map((id) => ask('{ stock }', as({ 'x-request-id': id })));
  expect(await held(1)).toBe(1);
  release();
  const got = await Promise.all(answers);
  expect(got.map(({ body }) => body)).toEqual(Array(3).fill({ data: { stock: 1 } }));
  expect(got.map(({ headers }) => headers.get('x-request-id'))).toEqual(['a', 'b', 'c']);
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  expect(metrics).toMatch(/kronos_gateway_shared_requests_total 2/);

  const later = ask('{ stock }');
  await held(1);
  release();
  expect((await later).body).toEqual({ data: { stock: 2 } });
});

test.each<[string, PostOptions, PostOptions, string?]>([
  ['credentials', as({ authorization: 'Bearer a' }), as({ authorization: 'Bearer b' })],
  ['a header that is forwarded', as({ 'accept-language': 'de' }), as({ 'accept-language': 'en' })],
  ['the agent, of which subgraphs are told', as({ 'user-agent': 'a' }), as({ 'user-agent': 'b' })],
  ['the form of the answer', as({ accept: 'application/json' }), as({ accept: '*/*' })],
  [
    'a header that is written such that it looks like another',
    as({ authorization: 'Bearer a","x' }),
    as({ authorization: 'Bearer a', 'apollo-require-preflight': 'x' }),
  ],
  [
    'variables',
    { variables: { id: 1 } },
    { variables: { id: 2 } },
    'query ($id: ID = 1) { stockOf(id: $id) }',
  ],
  [
    'the operation',
    { operationName: 'A' },
    { operationName: 'B' },
    'query A { stock } query B { stockOf(id: 1) }',
  ],
])('different %s: each is run for itself', async (_what, one, other, query = '{ stock }') => {
  const answers = [ask(query, one), ask(query, other)];
  expect(await held(2)).toBe(2);
  release();
  await Promise.all(answers);
});

test('mutations are run as often as they are sent, whatever they are written beside', async () => {
  const documents = ['mutation { buy }', 'query Q { stock } mutation M { buy }'];
  for (const query of documents) {
    const options = query.includes('M {') ? { operationName: 'M' } : {};
    const answers = [ask(query, options), ask(query, options)];
    expect(await held(2)).toBe(2);
    release();
    const bought = (await Promise.all(answers)).map(({ body }) => body.data?.buy);
    expect(new Set(bought).size).toBe(2);
  }
});

test('persisted documents are shared once they are known to hold queries alone', async () => {
  const persisted = (query: string) => {
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    return { extensions: { persistedQuery: { version: 1, sha256Hash } } };
  };
  const post = async (query: string | undefined, options: PostOptions) =>
    gateway.post(query as string, options);
  for (const [query, runs] of [
    ['query Stock { stock }', 1],
    ['mutation Buy { buy }', 2],
  ] as const) {
    const registering = post(query, persisted(query));
    await held(1);
    release();
    await registering;
    const answers = [post(undefined, persisted(query)), post(undefined, persisted(query))];
    expect(await held(runs)).toBe(runs);
    release();
    for (const { body } of await Promise.all(answers)) expect(body.errors).toBeUndefined();
  }
});

test('errors quote the request that they are told to', async () => {
  const answers = ['a', 'b'].map((id) => ask('{ stock }', as({ 'x-request-id': id })));
  expect(await held(1)).toBe(1);
  const errors = [{ message: 'sold out', path: ['stock'], extensions: { code: 'SOLD_OUT' } }];
  release({ body: { data: { stock: null }, errors } });
  const got = await Promise.all(answers);
  expect(got.map(({ body }) => body.errors?.[0]?.extensions.requestId)).toEqual(['a', 'b']);
  for (const { body } of got) {
    expect(body).toMatchObject({ data: { stock: null }, errors: [{ extensions: { code: 'SOLD_OUT' } }] });
  }
});

test('a client that leaves takes nobody with it; when all have left the subgraph is let go', async () => {
  const leave = (signal: AbortSignal) =>
    fetch(gateway.url, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ stock }' }),
    }).catch((error: Error) => error.name);
  const first = new AbortController();
  const left = leave(first.signal);
  await held(1);
  const stays = ask('{ stock }');
  expect(await held(1)).toBe(1);
  first.abort();
  expect(await left).toBe('AbortError');
  await settled();
  expect(graph.seen.shop!.at(-1)!.request.socket.destroyed).toBe(false);
  release();
  expect((await stays).body).toEqual({ data: { stock: 1 } });

  const both = [new AbortController(), new AbortController()];
  const gone = both.map(({ signal }) => leave(signal));
  expect(await held(1)).toBe(1);
  for (const client of both) client.abort();
  await Promise.all(gone);
  await vi.waitFor(() => expect(graph.seen.shop!.at(-1)!.request.socket.destroyed).toBe(true));
  waiting = [];
  const next = ask('{ stock }');
  await held(1);
  release();
  expect((await next).body).toEqual({ data: { stock: 1 + 1 } });
});

test('an answer that sets a cookie is for one client alone', async () => {
  await using own = await startTestGateway(graph.supergraphSdl, { KRONOS_RESPONSE_HEADERS: 'set-cookie' });
  const answers = [own.post('{ stock }'), own.post('{ stock }')];
  expect(await held(1)).toBe(1);
  release({ headers: { 'set-cookie': 'visit=1' } });
  await held(1);
  release({ headers: { 'set-cookie': 'visit=2' } });
  const cookies = (await Promise.all(answers)).map(({ headers }) => headers.get('set-cookie'));
  expect(cookies.toSorted()).toEqual(['visit=1', 'visit=2']);
});

test('nobody joins what runs on an older version of the graph', async () => {
  await using own = await startTestGateway(graph.supergraphSdl);
  const before = own.post('{ stock }');
  await held(1);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(own.supergraphFile, graph.supergraphSdl.replace('stockOf', 'countOf'));
  await vi.waitFor(
    async () => {
      const metrics = await (await fetch(`${own.origin}/metrics`)).text();
      expect(metrics).toMatch(/supergraph_updates_total\{outcome="served"\} 1/);
    },
    { timeout: 5_000 },
  );
  const after = own.post('{ stock }');
  expect(await held(2)).toBe(2);
  release();
  await Promise.all([before, after]);
});

test('sharing can be switched off', async () => {
  await using own = await startTestGateway(graph.supergraphSdl, { KRONOS_SHARE_QUERIES: 'false' });
  const answers = [own.post('{ stock }'), own.post('{ stock }')];
  expect(await held(2)).toBe(2);
  release();
  await Promise.all(answers);
});
