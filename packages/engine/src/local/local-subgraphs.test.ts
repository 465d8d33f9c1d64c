import { setTimeout as sleep } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createEngine, type EngineOptions } from '../engine.ts';
import { clientSignal } from '../http/exchange.ts';
import { compose } from '../testing/index.ts';
import { type HttpSubgraph, serveOverHttp } from '../testing/serve-over-http.ts';
import type { LocalSubgraph } from './local-subgraph.ts';

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
const catalogSdl = /* GraphQL */ `
  ${federation}
  scalar Json
  type Query { items: [Item!] grid: [[Item]] plain: String settings: Json @shareable }
  type Item @key(fields: "id") { id: ID! label: String! }
`;
const stockSdl = /* GraphQL */ `
  ${federation}
  scalar Json
  scalar Moment
  type Query { total: Int strictTotal: Int! who: String }
  type Mutation { sell(id: ID!): Item restock: Int }
  type Item @key(fields: "id") { id: ID! price: Int left: Int! parts: [Part!] owner: Owner added: Moment extra: Json odd: Json }
  interface Part { name: String! grade: Int }
  type Screw implements Part { name: String! grade: Int length: Int }
  type Board implements Part { name: String! grade: Int width: Int }
  type Owner { name: String fails: String }
`;

interface Item {
  id: string;
}

// Frozen: whoever changes what belongs to a subgraph is found out.
const extra = Object.freeze({ tags: Object.freeze(['a', Object.freeze({ b: 1 })]), at: new Date(0) });
const item = (id: string) => Object.freeze({ __typename: 'Item', id, label: `Item ${id}` });
const catalogSchema = buildSubgraphSchema([
  {
    typeDefs: parse(catalogSdl),
    resolvers: {
      Query: {
        items: () => ['1', '2', '3'].map(item),
        grid: () => [[item('1'), null], [item('2')]],
        plain: () => 'plain',
        settings: () => extra,
      },
    },
  },
]);
const stockSchema = buildSubgraphSchema([
  {
    typeDefs: parse(stockSdl),
    resolvers: {
      Query: {
        total: () => 6,
        strictTotal: () => 6,
        who: (_: unknown, __: unknown, { who }: { who: string }) => who,
      },
      Mutation: { sell: (_: unknown, { id }: Item) => item(id), restock: () => 1 },
      Item: {
        __resolveReference: ({ id }: Item) => (id === '3' ? null : item(id)),
        price: ({ id }: Item) => Number(id) * 10,
        left: () => 5,
        parts: ({ id }: Item) => [
          { __typename: 'Screw', name: `screw ${id}`, length: 5 },
          { __typename: 'Board', name: `board ${id}`, width: 6, grade: 1 },
        ],
        owner: () => ({ name: 'Ann' }),
        added: () => new Date(86_400_000),
        extra: () => extra,
        odd: ({ id }: Item) => (id === '1' ? [Number.NaN, undefined, new Date(0)] : Number.NaN),
      },
      Owner: {
        fails() {
          throw new GraphQLError('not for you', { extensions: { code: 'FORBIDDEN', at: new Date(0) } });
        },
      },
    },
  },
]);

/** A subgraph on graphql-js, as its authors would put it into the gateway's process. */
const locally =
  (schema: GraphQLSchema): LocalSubgraph =>
  ({ query, variables, operationName }, context) =>
    execute({
      schema,
      document: parse(query),
      variableValues: variables,
      operationName,
      contextValue: context,
    });

const catalog = locally(catalogSchema);
const stock = locally(stockSchema);
/** What the subgraph `stock` does at present, wherever it lives. */
let behave: LocalSubgraph = stock;
const overHttp: Record<string, HttpSubgraph> = {};
let supergraphSdl: string;

beforeAll(async () => {
  overHttp.catalog = await serveOverHttp(catalog);
  overHttp.stock = await serveOverHttp((operation, context) => behave(operation, context));
  supergraphSdl = compose({
    catalog: { sdl: catalogSdl, url: overHttp.catalog.url },
    stock: { sdl: stockSdl, url: overHttp.stock.url },
  });
});
afterAll(async () => {
  for (const subgraph of Object.values(overHttp)) await subgraph[Symbol.asyncDispose]();
});

const logger = { debug() {}, info() {}, warn() {}, error: vi.fn() };
const localSubgraphs = {
  catalog,
  stock: (operation, context) => behave(operation, context),
} satisfies EngineOptions['localSubgraphs'];

async function start(options: Partial<EngineOptions> = {}) {
  const engine = createEngine({ supergraphSdl, logger, ...options });
  let schema: GraphQLSchema | undefined;
  engine.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });
  const { executor } = await engine.load({ apollo: {} });
  return {
    engine,
    async ask(query: string, context: Record<PropertyKey, unknown> = {}): Promise<FormattedExecutionResult> {
      const document = parse(query);
      const request = {
        schema,
        document,
        context,
        operation: getOperationAST(document),
        queryHash: query,
        request: { query },
        metrics: {},
        logger,
      } as unknown as Parameters<NonNullable<typeof executor>>[0];
      return JSON.parse(JSON.stringify(await executor!(request)));
    },
    [Symbol.asyncDispose]: () => engine.stop(),
  };
}

/** The answers to one query, with the subgraphs behind HTTP and in this process. */
async function askBoth(query: string, options: Partial<EngineOptions> = {}) {
  await using remote = await start(options);
  await using local = await start({ localSubgraphs, ...options });
  return { remote: await remote.ask(query), local: await local.ask(query) };
}

describe('the answer is that of a subgraph behind HTTP', () => {
  test.each([
    '{ items { id label } plain }',
    '{ items { name: label cost: price parts { name grade ... on Screw { length } ... on Board { w: width } } } }',
    'query ($no: Boolean = false) { items { id price @include(if: $no) ...F } } fragment F on Item { owner { name } }',
    '{ grid { price parts { __typename name } } again: grid { price label } total }',
    '{ items { id added extra odd } settings }',
    '{ items { owner { name fails } } }',
    '{ items { id left } plain }',
    'mutation { a: sell(id: "1") { label price } restock b: sell(id: "2") { label added } }',
  ])('%s', async (query) => {
    behave = stock;
    const { remote, local } = await askBoth(query);
    expect(local).toEqual(remote);
    expect(local.data).toBeTruthy();
  });

  test('twice, from a subgraph that gives the same objects', async () => {
    await using local = await start({ localSubgraphs });
    const query = '{ items { id extra price } settings }';
    expect(await local.ask(query)).toEqual(await local.ask(query));
  });
});

/** The right answer, with something changed. */
const change =
  (edit: (result: { data: { _entities?: unknown[] } }) => unknown): LocalSubgraph =>
  async (operation, context) => {
    const result = JSON.parse(JSON.stringify(await stock(operation, context)));
    return (edit(result) ?? result) as ExecutionResult;
  };

const misbehaviours: [string, LocalSubgraph, string][] = [
  [
    'throws',
    () => {
      throw new Error('password is hunter2');
    },
    'SERVICE_UNAVAILABLE',
  ],
  ['rejects', () => Promise.reject(new Error('password is hunter2')), 'SERVICE_UNAVAILABLE'],
  ['rejects with nothing', () => Promise.reject(), 'SERVICE_UNAVAILABLE'],
  [
    'rejects with what looks like a lost connection',
    () => Promise.reject(Object.assign(new Error(), { code: 'ECONNRESET' })),
    'SERVICE_UNAVAILABLE',
  ],
  [
    'throws an error with a code',
    () => {
      throw new GraphQLError('you?', { extensions: { code: 'UNAUTHENTICATED', details: { a: [1] } } });
    },
    'UNAUTHENTICATED',
  ],
  [
    'gives what JSON cannot hold',
    change(() => ({ data: { _entities: 1n, strictTotal: 1n } })),
    'SERVICE_UNAVAILABLE',
  ],
  [
    'gives errors that JSON cannot hold',
    change(() => ({ data: null, errors: [{ message: 'no', extensions: { code: 1n } }] })),
    'SERVICE_UNAVAILABLE',
  ],
  ['gives undefined', () => undefined as never, 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives neither data nor errors', () => ({}), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives data null and no error', () => ({ data: null, errors: [] }), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives a list', () => ({ data: [] }), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives a text', () => ({ data: 'x' }), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives an error that is null', () => ({ errors: [null] }), 'DOWNSTREAM_SERVICE_ERROR'],
  ['gives an error alone', () => ({ errors: [new GraphQLError('no')] }), 'DOWNSTREAM_SERVICE_ERROR'],
  ['never answers', () => new Promise(() => undefined), 'GATEWAY_TIMEOUT'],
];

const spoiltEntities: [string, LocalSubgraph, string][] = [
  ['forgets the entities', change(() => ({ data: {} })), 'SUBGRAPH_RESPONSE_INVALID'],
  ['gives too few entities', change(({ data }) => void data._entities?.pop()), 'SUBGRAPH_RESPONSE_INVALID'],
  [
    'gives texts for entities',
    change(() => ({ data: { _entities: ['x', 'y', 'z'] } })),
    'SUBGRAPH_RESPONSE_INVALID',
  ],
];

const hurried = { traffic: { timeoutMs: 200, retries: 0 } };

describe('a subgraph that misbehaves costs the same fields, for the same reason, as it does over HTTP', () => {
  test.each([...misbehaviours, ...spoiltEntities])('it %s', async (_, misbehaviour, code) => {
    behave = misbehaviour;
    const { remote, local } = await askBoth('{ items { id price owner { name } } plain }', hurried);
    expect(local).toEqual(remote);
    expect(local.data?.plain).toBe('plain');
    expect(local.errors?.map(({ extensions }) => extensions?.code)).toContain(code);
    expect(JSON.stringify(local)).not.toContain('hunter2');
  });

  test.each(misbehaviours)('from its root: it %s', async (_, misbehaviour) => {
    behave = misbehaviour;
    const { remote, local } = await askBoth('{ strictTotal plain }', hurried);
    expect(local).toEqual(remote);
    expect(local.data).toBeNull();
  });

  test('and is logged, since nobody else will', async () => {
    logger.error.mockClear();
    behave = misbehaviours[0]![1];
    await using local = await start({ localSubgraphs });
    await local.ask('{ total }');
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/stock failed: .*hunter2/));
  });
});

test.each([['behind HTTP'], ['in this process']])(
  'a client that leaves ends its reads, and no mutation, %s',
  async (where) => {
    await using graph = await start(where === 'behind HTTP' ? {} : { localSubgraphs });
    const begun = vi.fn();
    behave = async (operation, context) => {
      begun();
      await sleep(operation.query.startsWith('mutation') ? 100 : 60_000, undefined, { ref: false });
      return stock(operation, context);
    };
    const client = new AbortController();
    const context = { [clientSignal]: client.signal };
    const read = graph.ask('{ total }', context);
    const write = graph.ask('mutation { restock }', context);
    await vi.waitFor(() => expect(begun).toHaveBeenCalledTimes(2));
    client.abort();
    expect((await read).errors?.[0]?.extensions?.code).toBe('CLIENT_CLOSED_REQUEST');
    expect(await write).toEqual({ data: { restock: 1 } });
    expect(graph.engine.traffic().stock).toMatchObject({ requests: 2, abandoned: 1, running: 0 });
  },
);

test('its traffic is bounded and counted', async () => {
  const held: (() => void)[] = [];
  behave = async (operation, context) => {
    await new Promise<void>((resolve) => held.push(resolve));
    return stock(operation, context);
  };
  await using local = await start({ localSubgraphs, traffic: { concurrency: 1, queue: 1 } });
  const answers = [local.ask('{ total }'), local.ask('{ total }')];
  await vi.waitFor(() =>
    expect(local.engine.traffic().stock).toMatchObject({ requests: 2, running: 1, queued: 1 }),
  );
  expect((await local.ask('{ total }')).errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    details: { subgraph: 'stock', reason: 'queue full' },
  });
  held.pop()!();
  await vi.waitFor(() => expect(held).toHaveLength(1));
  held.pop()!();
  for (const answer of await Promise.all(answers)) expect(answer).toEqual({ data: { total: 6 } });
});

test('a subgraph that keeps failing to answer in time is left alone for a while', async () => {
  behave = () => new Promise(() => undefined);
  const circuit = { failureRatio: 0.5, windowMs: 10_000, minimumRequests: 3, openMs: 60_000 };
  await using local = await start({ localSubgraphs, traffic: { timeoutMs: 20, circuit } });
  for (let request = 0; request < 3; request++) await local.ask('{ total }');
  expect(local.engine.traffic().stock).toMatchObject({ failures: 3, circuit: 'open' });
  expect((await local.ask('{ total }')).errors?.[0]?.extensions).toMatchObject({
    details: { reason: 'circuit open' },
  });
});

test('it gets the context of the request; headers are made for nobody', async () => {
  behave = stock;
  const headers = vi.fn(() => ({}));
  const onSubgraphAnswer = vi.fn();
  await using local = await start({ localSubgraphs, headers, onSubgraphAnswer });
  const context = { who: 'Ada' };
  expect(await local.ask('{ who }', context)).toEqual({ data: { who: 'Ada' } });
  expect(headers).not.toHaveBeenCalled();
  // That an answer has no headers is news, too: what it says of caching, for one.
  expect(onSubgraphAnswer).toHaveBeenCalledExactlyOnceWith(context, 'stock', {});
});

test('one subgraph here, another behind HTTP, also after an update of the supergraph', async () => {
  behave = stock;
  await using mixed = await start({ localSubgraphs: { stock } });
  const before = overHttp.stock!.requests;
  const query = '{ items { label price } }';
  const answer = await mixed.ask(query);
  expect(answer.data?.items).toHaveLength(3);
  await mixed.engine.update(supergraphSdl.replace('owner: Owner', 'owner: Owner '));
  expect(await mixed.ask(query)).toEqual(answer);
  expect(overHttp.stock!.requests).toBe(before);
  expect(await mixed.engine.reach({})).toEqual({ catalog: true, stock: true });
});

test('one that cannot execute anything is not in reach', async () => {
  behave = misbehaviours[0]![1];
  await using local = await start({ localSubgraphs });
  expect(await local.engine.reach({})).toEqual({ catalog: true, stock: 'answers 500' });
});
