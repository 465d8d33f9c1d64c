import { type DocumentNode, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine } from '../engine.ts';
import { federation } from '../testing/differential/index.ts';
import { compose, startTestSubgraph, type TestSubgraph } from '../testing/index.ts';

const oldSdl = `${federation}
  type Query { item: Item }
  type Item @key(fields: "id") { id: ID! moving: String settled: String staying: String }`;
const newSdl = (label: string) => `${federation}
  type Item @key(fields: "id") {
    id: ID!
    moving: String @override(from: "old", label: "${label}")
    settled: String @override(from: "old", label: "percent(100)")
  }`;

let subgraphs: Record<'old' | 'new', TestSubgraph>;
const engines: Engine[] = [];

beforeAll(async () => {
  const item = { id: '1', moving: 'old', settled: 'old', staying: 'old' };
  const moved = { id: '1', moving: 'new', settled: 'new' };
  const resolvers = (found: object) => ({
    Query: { item: () => found },
    Item: { __resolveReference: () => found },
  });
  subgraphs = {
    old: await startTestSubgraph({ sdl: oldSdl, resolvers: resolvers(item) }),
    new: await startTestSubgraph({ sdl: newSdl('beta'), resolvers: { Item: resolvers(moved).Item } }),
  };
});
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop?.()));
  await Promise.all(Object.values(subgraphs).map((subgraph) => subgraph.kill()));
});

/** Asks an engine whose supergraph moves a field under a label. */
async function openGraph(label: string, overrideLabels: string[] = []) {
  const supergraphSdl = compose({
    old: { sdl: oldSdl, url: subgraphs.old.url },
    new: { sdl: newSdl(label), url: subgraphs.new.url },
  });
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  let schema: GraphQLSchema | undefined;
  const engine = createEngine({
    supergraphSdl,
    logger,
    overrideLabels,
    onSchema({ apiSchema }) {
      schema = apiSchema;
    },
  });
  engines.push(engine);
  await engine.load({ apollo: {} } as never);
  return async (query: string) => {
    const document: DocumentNode = parse(query);
    const operation = getOperationAST(document)!;
    const request = { schema: schema!, request: {}, document, operation, queryHash: query, context: {} };
    const { data, errors } = await engine.execute(request);
    expect(errors).toBeUndefined();
    return data;
  };
}

const query = '{ item { moving settled staying } }';

test.each([
  ['percent(0)', [], 'old'],
  ['percent(100)', [], 'new'],
  ['beta', [], 'old'],
  ['beta', ['alpha', 'beta'], 'new'],
])('a field that moves under %s with %j on comes from %s', async (label, on, from) => {
  const ask = await openGraph(label, on);
  expect(await ask(query)).toEqual({ item: { moving: from, settled: 'new', staying: 'old' } });
});

test('percent(50) moves it for a part of the requests, and for one request in all places at once', async () => {
  const ask = await openGraph('percent(50)');
  const seen = new Set<string>();
  for (let request = 0; request < 200 && seen.size < 2; request++) {
    const data = (await ask('{ item { moving } again: item { moving } }')) as Record<
      string,
      { moving: string }
    >;
    expect(data.again).toEqual(data.item);
    seen.add(data.item!.moving);
  }
  expect(seen).toEqual(new Set(['old', 'new']));
});

test('what has nothing to do with it is answered as ever', async () => {
  const ask = await openGraph('percent(50)');
  for (let request = 0; request < 20; request++) {
    expect(await ask('{ item { staying } }')).toEqual({ item: { staying: 'old' } });
  }
});
