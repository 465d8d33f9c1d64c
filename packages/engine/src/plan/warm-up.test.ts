import { Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { compose } from '@kronos/operations/testing';
import { buildSchema, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { createExecutor, type Executor } from '../execution/create-executor.ts';
import { prepareSupergraph } from '../supergraph/prepare.ts';
import { peopleSdl, postsSdl } from '../testing/foreign-graph.ts';
import { quickPlanning } from './find-plan.ts';
import { createPlanCache, type PlanCache } from './plan-cache.ts';
import { createPlanning } from './planning.ts';
import { warmUp } from './warm-up.ts';

const limits = { operations: 100, totalMs: 10_000 };

/** One version of a supergraph, with its subgraphs away: how often it plans is what counts. */
function version(sdl: string, plans: PlanCache = createPlanCache()) {
  const prepared = prepareSupergraph(sdl);
  const planner = new QueryPlanner(Supergraph.build(prepared, { validateSupergraph: false }), quickPlanning);
  let found = 0;
  const counting: PlanCache = {
    with: (text, find) =>
      plans.with(text, (...asked) => {
        found++;
        return find(...asked);
      }),
  };
  const calls = { people: async () => ({ data: {} }), posts: async () => ({ data: {} }) };
  const limits = { timeoutMs: 1_000, plans: counting, overrideLabels: new Set<string>() };
  const planning = createPlanning(planner, prepared, calls, limits);
  const apiSchema: GraphQLSchema = planner.supergraph.apiSchema().toGraphQLJSSchema();
  return {
    apiSchema,
    executor: createExecutor(apiSchema, planning, { rawData: false }),
    get found() {
      return found;
    },
  };
}

function ask(executor: Executor, query: string, variables = {}) {
  const document = parse(query);
  const request = {
    request: { query, variables },
    document,
    operation: getOperationAST(document),
    queryHash: query,
  };
  return executor.execute({ ...request, context: {} } as never);
}

const sdl = compose({
  people: { sdl: peopleSdl, url: 'http://people/1' },
  posts: { sdl: postsSdl, url: 'http://posts/1' },
});
const changed = compose({
  people: { sdl: peopleSdl.replace('whoAmI: String', 'whoAreYou: String'), url: 'http://people/1' },
  posts: { sdl: postsSdl, url: 'http://posts/1' },
});

test('what was asked for is planned before the new version takes traffic, and not again when it does', async () => {
  const before = version(sdl);
  const conditional = 'query ($all: Boolean!) { people { name email @include(if: $all) } }';
  await ask(before.executor, '{ posts { title author { name } } }');
  await ask(before.executor, conditional, { all: true });
  await ask(before.executor, conditional, { all: false });
  expect(before.found).toBe(3);

  const after = version(changed);
  expect(await warmUp(before.executor, after, limits)).toBe(2);
  expect(after.found).toBe(3);
  await ask(after.executor, '{ posts { title author { name } } }');
  await ask(after.executor, conditional, { all: true });
  await ask(after.executor, conditional, { all: false });
  expect(after.found).toBe(3);
});

test('what the new version does not know is left out', async () => {
  const before = version(sdl);
  await ask(before.executor, '{ whoAmI }');
  await ask(before.executor, '{ count }');
  const after = version(changed);
  expect(await warmUp(before.executor, after, limits)).toBe(1);
  expect(after.found).toBe(1);
});

test('the operations used most come first, over versions', async () => {
  const before = version(sdl);
  await ask(before.executor, '{ count }');
  for (let use = 0; use < 10; use++) await ask(before.executor, '{ people { name } }');
  await ask(before.executor, '{ slow }');
  const after = version(changed);
  expect(await warmUp(before.executor, after, { ...limits, operations: 1 })).toBe(1);
  expect(after.executor.hottest()).toMatchObject([{ key: '{ people { name } } ', uses: 5 }]);
});

test('no time, no warm-up', async () => {
  const before = version(sdl);
  await ask(before.executor, '{ count }');
  expect(await warmUp(before.executor, version(changed), { ...limits, totalMs: 0 })).toBe(0);
});

test('plans are kept over versions that differ in addresses and descriptions alone', async () => {
  const plans = createPlanCache();
  const before = version(sdl, plans);
  await ask(before.executor, '{ posts { title author { name } } }');
  const moved = sdl
    .replaceAll('http://people/1', 'http://people/2')
    .replace('Fails for everybody, with a code.', 'Fails.');
  expect(moved).not.toBe(sdl);
  const after = version(moved, plans);
  await ask(after.executor, '{ posts { title author { name } } }');
  expect(after.found).toBe(0);
  const other = version(changed, plans);
  await ask(other.executor, '{ posts { title author { name } } }');
  expect(other.found).toBe(1);
});

test('a schema without the operations of another is no fault', async () => {
  const before = version(sdl);
  await ask(before.executor, '{ count }');
  const { executor } = version(changed);
  expect(
    await warmUp(before.executor, { executor, apiSchema: buildSchema('type Query { a: Int }') }, limits),
  ).toBe(0);
});
