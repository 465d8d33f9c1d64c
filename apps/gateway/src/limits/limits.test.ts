import { compose, startTestSubgraph, type TestSubgraph } from '@kronos/engine/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { postForParts } from '../defer/testing/read-parts.ts';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const sdl = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
  type Query {
    books(first: Int = 3, ids: [ID!]): [Book!]! @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
    shelves(limit: Int): [Book!]! @listSize(slicingArguments: ["limit"])
    all: [Book!]!
    report: Int @cost(weight: 90)
  }
  type Mutation { buy(id: ID!): Book }
  type Subscription { bought: Book }
  type Book { id: ID! title: String author: Author parts: [Book!] }
  type Author { name: String }
`;

let subgraph: TestSubgraph;
let gateway: TestGateway;
const limits = {
  KRONOS_MAX_BODY_BYTES: '4000',
  KRONOS_MAX_TOKENS: '200',
  KRONOS_MAX_DEPTH: '6',
  KRONOS_MAX_ALIASES: '5',
  KRONOS_MAX_ROOT_FIELDS: '4',
  KRONOS_MAX_DIRECTIVES: '3',
  KRONOS_MAX_DEFERRED: '2',
  KRONOS_MAX_NESTING: '10',
  KRONOS_MAX_COMPARISONS: '100',
  KRONOS_MAX_LIST_INPUT: '10',
  KRONOS_MAX_INPUT_DEPTH: '8',
  KRONOS_MAX_LIST_SIZE: '50',
  KRONOS_MAX_COST: '100',
};

beforeAll(async () => {
  const book = (id: string) => ({ id, title: `Book ${id}`, author: { name: 'Ada' }, parts: [] });
  const books = (count: number) => Array.from({ length: count }, (_, index) => book(String(index)));
  subgraph = await startTestSubgraph({
    sdl,
    resolvers: {
      Query: {
        books: () => books(2),
        shelves: (_: unknown, { limit }: { limit: number }) => books(limit),
        all: () => books(4),
        report: () => 1,
      },
      Mutation: { buy: (_: unknown, { id }: { id: string }) => book(id) },
    },
  });
  gateway = await startTestGateway(compose({ a: { sdl, url: subgraph.url } }), {
    ...limits,
    KRONOS_COST_EXTENSION: 'true',
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await subgraph.kill();
});

async function countOf(limit: string): Promise<number> {
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  const line = new RegExp(`^kronos_gateway_limit_exceeded_total\\{limit="${limit}"\\} (\\d+)`, 'm');
  return Number(line.exec(metrics)?.[1] ?? 0);
}

const json = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
const post = async (body: unknown) => {
  const answer = await fetch(gateway.url, { method: 'POST', headers: json, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as { errors?: unknown[] } };
};
const nested = (levels: number) =>
  `${'{ all { parts { '.padEnd(0) + 'parts { '.repeat(levels)}id${' }'.repeat(levels + 3)}`;
/** Shorter documents are not looked at before they are validated. */
const padding = `#${'x'.repeat(1_000)}`;
const chain = (value: unknown, levels: number): unknown =>
  levels === 0 ? value : [chain(value, levels - 1)];

test.each<[string, number, number, unknown]>([
  ['tokens', 201, 200, { query: `{ all { ${'id '.repeat(200)} } }` }],
  ['depth', 7, 6, { query: nested(4) }],
  ['aliases', 6, 5, { query: '{ all { a: id b: id c: id d: id e: id f: id } }' }],
  ['rootFields', 5, 4, { query: '{ report report report report report }' }],
  [
    'directives',
    4,
    3,
    { query: '{ all @skip(if: true) { id @skip(if: true) title @skip(if: true) @include(if: true) } }' },
  ],
  ['nesting', 12, 10, { query: `${nested(9)} ${padding}` }],
  ['comparisons', 211, 100, { query: `{ all { ${'id '.repeat(20)} } } ${padding}` }],
  ['deferred', 3, 2, { query: '{ all { ... @defer { id } ... @defer { id } ... @defer { id } } }' }],
  ['listInput', 11, 10, { query: `{ books(ids: [${'1,'.repeat(11)}]) { id } }` }],
  [
    'listInput',
    11,
    10,
    { query: 'query ($i: [ID!]) { books(ids: $i) { id } }', variables: { i: Array(11).fill('1') } },
  ],
  [
    'inputDepth',
    10,
    8,
    { query: 'query ($i: [ID!]) { books(ids: $i) { id } }', variables: { i: chain('1', 9) } },
  ],
  ['listSize', 1_000_000, 50, { query: '{ books(first: 1000000) { id } }' }],
  ['listSize', 51, 50, { query: 'query ($n: Int) { books(first: $n) { id } }', variables: { n: 51 } }],
  ['cost', 110, 100, { query: '{ report all { id author { name } } }' }],
  ['batch', 2, 1, [{ query: '{ report }' }, { query: '{ report }' }]],
])(
  'too much of %s is refused with the value %i and the limit %i, and counted',
  async (limit, value, maximum, request) => {
    const [before, requests] = [await countOf(limit), subgraph.requests.length];
    const { status, body } = await post(request);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      {
        message: expect.stringContaining(String(maximum)),
        extensions: { code: 'OPERATION_LIMIT_EXCEEDED', details: { limit, value, maximum } },
      },
    ]);
    expect(await countOf(limit)).toBe(before + 1);
    expect(subgraph.requests.length).toBe(requests);
  },
);

test('a body that is too large is refused with its length', async () => {
  const { status, body } = await post({ query: `#${'x'.repeat(5_000)}` });
  expect(status).toBe(413);
  expect(body.errors).toMatchObject([
    {
      extensions: {
        code: 'PAYLOAD_TOO_LARGE',
        details: { limit: 'bodyBytes', value: 5_013, maximum: 4_000 },
        requestId: expect.any(String),
      },
    },
  ]);
  expect(await countOf('bodyBytes')).toBe(1);
});

test('a list whose length nobody says is refused where the graph wants it said', async () => {
  const { status, body } = await post({ query: '{ shelves { id } }' });
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([
    {
      message: 'Query.shelves wants exactly one of limit, which says how long its list is; 0 are given.',
      extensions: { code: 'BAD_USER_INPUT', details: { field: 'Query.shelves', arguments: ['limit'] } },
    },
  ]);
});

test('a subscription and an answer in parts fall under the same limits', async () => {
  const stream = await openStream(
    gateway.url,
    'subscription { bought { parts { parts { parts { parts { parts { id } } } } } } }',
  );
  await vi.waitFor(() => expect(stream.isEnded).toBe(true));
  expect(stream.text).toContain('"details":{"limit":"depth","value":7,"maximum":6}');
  const parts = await postForParts(gateway.url, '{ report ... @defer { all { author { name } } } }');
  expect((await parts.next())?.errors?.[0]?.extensions.code).toBe('OPERATION_LIMIT_EXCEEDED');
});

describe('cost', () => {
  const costOf = async (query: string, variables?: Record<string, unknown>) => {
    const { body } = await gateway.post(query, { variables });
    expect(body.errors).toBeUndefined();
    return (body as { extensions?: { cost?: unknown } }).extensions?.cost;
  };

  test.each<[string, number, number, Record<string, unknown>?]>([
    ['{ books { id } }', 3, 2],
    ['{ books(first: 20) { title author { name } } }', 40, 4],
    ['query ($n: Int!) { shelves(limit: $n) { id parts { id } } }', 22, 2, { n: 2 }],
    ['query ($n: Int = 1) { shelves(limit: $n) { id } }', 1, 1],
    ['query ($no: Boolean!) { all { id author @include(if: $no) { name } } }', 10, 4, { no: false }],
    ['query ($no: Boolean!) { all { id author @include(if: $no) { name } } }', 20, 8, { no: true }],
    ['mutation { buy(id: 1) { id } }', 11, 11],
    ['{ report }', 90, 90],
    ['{ __typename __schema { queryType { name } } }', 0, 0],
  ])('%s is estimated at %i and costs %i', async (query, estimated, actual, variables) => {
    // The second time it is a known operation.
    for (let round = 0; round < 2; round++) {
      expect(await costOf(query, variables)).toEqual({ estimated, actual, maximum: 100 });
    }
  });

  test('the first part of an answer says what all of it costs at most', async () => {
    const answer = await postForParts(gateway.url, '{ books { id ... @defer { author { name } } } }');
    expect(await answer.next()).toMatchObject({
      extensions: { cost: { estimated: 6, maximum: 100 } },
      hasNext: true,
    });
    await answer.rest();
  });

  test('histograms have what was estimated and what it came to', async () => {
    await costOf('{ all { id } }');
    const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
    expect(metrics).toMatch(/^kronos_gateway_operation_cost_estimated_bucket\{le="10"\} [1-9]/m);
    expect(metrics).toMatch(/^kronos_gateway_operation_cost_actual_bucket\{le="5"\} [1-9]/m);
  });

  test('where a graph says nothing of costs there is no maximum but the one that is set', async () => {
    const silent = sdl.replace(/@(cost|listSize)\([^)]*\)/g, '').replace(/, import: \[.*?\]/, '');
    const supergraph = compose({ a: { sdl: silent, url: subgraph.url } });
    const deep = '{ all { parts { parts { parts { parts { id } } } } } }';
    await using guessing = await startTestGateway(supergraph, { KRONOS_COST_EXTENSION: 'true' });
    expect((await guessing.post(deep)).body).toMatchObject({
      data: { all: expect.any(Array) },
      extensions: { cost: { estimated: 111_110, actual: 4 } },
    });
    await using strict = await startTestGateway(supergraph, {
      KRONOS_MAX_COST: '1000',
      KRONOS_LIST_SIZE_ASSUMED: '4',
    });
    expect((await strict.post(deep)).body.errors?.[0]?.extensions).toMatchObject({
      details: { limit: 'cost', value: 4 + 16 + 64 + 256 + 1_024, maximum: 1_000 },
    });
  });
});
