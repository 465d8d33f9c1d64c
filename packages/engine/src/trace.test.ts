import { getOperationAST, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine, type EngineOptions, subscriptionSlot } from './engine.ts';
import type { SubscriptionFrame } from './subscription/subscribe.ts';
import { type BothWays, startBothWays } from './testing/both-ways.ts';
import { stock } from './testing/catalog-and-stock.ts';
import { type ForeignGraph, startForeignGraph } from './testing/foreign-graph.ts';
import type { EngineTrace, FetchOutcome, TracedFetch } from './trace.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** What an engine tells of its work, with a header for each request that counts them. */
function record() {
  const plans: (string | undefined)[] = [];
  const fetches: { begun: TracedFetch; retries: number; outcomes: FetchOutcome[] }[] = [];
  const trace: EngineTrace = {
    plan(operationName, find) {
      plans.push(operationName);
      return find();
    },
    fetch(begun) {
      const fetch = { begun, retries: 0, outcomes: [] as FetchOutcome[] };
      fetches.push(fetch);
      return {
        headers: { traceparent: `fetch ${fetches.length}` },
        onRetry: () => {
          fetch.retries++;
        },
        end: (outcome) => void fetch.outcomes.push(outcome),
      };
    },
  };
  return { plans, fetches, trace };
}

let graph: BothWays;
let foreign: ForeignGraph;
beforeAll(async () => {
  [graph, foreign] = await Promise.all([startBothWays(logger), startForeignGraph()]);
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
  await foreign[Symbol.asyncDispose]();
});

test.each([
  ['behind HTTP', true],
  ['in this process', false],
])('each request to a subgraph %s is told of, and the subgraph what the trace says', async (_, isRemote) => {
  const { plans, fetches, trace } = record();
  await using asked = await (isRemote ? graph.start({ trace }) : graph.startLocally({ trace }));
  const told: unknown[] = [];
  graph.behave((operation, context, headers) => {
    told.push(isRemote ? undefined : headers?.traceparent);
    return stock(operation, context);
  });
  const context = { request: 1 };
  const { errors } = await asked.ask('query Items { items { id price } }', context);
  expect(errors).toBeUndefined();
  await asked.ask('query Items { items { id price } }', context);

  // The second time, the plan is known.
  expect(plans).toEqual(['Items']);
  expect(fetches).toHaveLength(4);
  const [first, second] = fetches;
  expect(first).toMatchObject({ begun: { subgraph: 'catalog', operationType: 'query' }, retries: 0 });
  expect(first!.begun.context).toBe(context);
  expect(second!.begun).toMatchObject({
    subgraph: 'stock',
    operationName: expect.stringMatching(/^Items__stock/),
  });
  const size = isRemote ? expect.any(Number) : undefined;
  expect(second!.outcomes).toEqual([{ status: 200, bytes: size, errors: undefined }]);
  if (isRemote) expect(graph.remoteStock.url).toBe(second!.begun.url);
  else expect(told).toEqual(['fetch 2', 'fetch 4']);
});

test('retries, errors and failures are told', async () => {
  const { fetches, trace } = record();
  const engine = await load({ supergraphSdl: foreign.supergraphSdl, trace });
  foreign.people.behave('hang up once');
  await engine.execute('{ person(id: 1) { name diary } }');
  expect(foreign.people.requests.at(-1)).toMatchObject({ traceparent: 'fetch 1' });
  foreign.people.behave({ status: 401, body: '' });
  await engine.execute('mutation { personRename(id: 1, name: "x") { name } }');
  foreign.people.behave('well');
  expect(fetches).toMatchObject([
    { retries: 1, outcomes: [{ status: 200, errors: [{ extensions: { code: 'FORBIDDEN' } }] }] },
    {
      begun: { operationType: 'mutation' },
      outcomes: [{ status: 401, fault: { extensions: { code: 'UNAUTHENTICATED' } } }],
    },
  ]);
  await engine.stop();
});

test('a subscription tells of its connection, and hands on what an event comes with', async () => {
  const { fetches, trace } = record();
  const engine = await load({ supergraphSdl: foreign.supergraphSdl, trace });
  const abort = new AbortController();
  const extensions: unknown[] = [];
  const frames: SubscriptionFrame[] = [];
  const events = await engine.subscribe('subscription Added { postAdded { title author { name } } }', {
    signal: abort.signal,
    createContext(event) {
      extensions.push(event);
      return { of: event ? 'event' : 'connection' };
    },
  });
  // The position comes first: from there on nothing is missed.
  expect((await events.next()).value).toMatchObject({ kind: 'position' });
  foreign.addPost({ title: 'one', author: '1' });
  for (let step = await events.next(); !step.done; step = await events.next()) {
    frames.push(step.value);
    if (step.value.kind === 'event') break;
  }
  abort.abort();

  expect(extensions).toEqual([undefined, {}]);
  expect(frames.at(-1)).toMatchObject({ kind: 'event', context: { of: 'event' } });
  expect(
    fetches.map(({ begun, outcomes }) => [begun.subgraph, begun.operationType, begun.context, outcomes]),
  ).toEqual([
    ['posts', 'subscription', { of: 'connection' }, [{ status: 200 }]],
    ['people', 'query', { of: 'event' }, [expect.objectContaining({ status: 200 })]],
  ]);
  await engine.stop();
});

/** An engine that is asked in GraphQL. */
async function load(options: Pick<EngineOptions, 'supergraphSdl' | 'trace'>) {
  const engine = createEngine({ logger, ...options });
  let schema: Parameters<Engine['execute']>[0]['schema'];
  engine.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });
  await engine.load({ apollo: {} } as Parameters<Engine['load']>[0]);

  function execute(query: string, context: Record<PropertyKey, unknown> = {}) {
    const document = parse(query);
    const operation = getOperationAST(document)!;
    return engine.execute({ schema, document, operation, context, queryHash: query, request: { query } });
  }
  return {
    execute,
    stop: () => engine.stop(),
    async subscribe(query: string, rest: Omit<Parameters<Engine['subscribe']>[1], 'after'>) {
      const slot: { planned?: Parameters<Engine['subscribe']>[0] } = {};
      await execute(query, { [subscriptionSlot]: slot });
      return engine.subscribe(slot.planned!, rest);
    },
  };
}
