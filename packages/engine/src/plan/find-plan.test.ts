import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner, type QueryPlannerConfig } from '@apollo/query-planner';
import { compose } from '@kronos/operations/testing';
import { parse, print } from 'graphql';
import { afterEach, expect, test } from 'vitest';
import { prepareSupergraph } from '../supergraph/prepare.ts';
import { createFindPlan, quickPlanning } from './find-plan.ts';
import { ownPlanning } from './planner-config.ts';
import { createPlannerThread, type PlannerThread, type PlannerThreadOptions } from './planner-thread.ts';

/** Fields that several subgraphs have, at every level: the ways to fetch them are countless. */
function ambiguousGraph(subgraphs: number, fields: number): string {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
  const names = Array.from({ length: fields }, (_, index) => `f${index}: Int @shareable`).join(' ');
  const services = Array.from({ length: subgraphs }, (_, index) => {
    const root = index === 0 ? 'thing: Thing' : `other${index}: Int`;
    const shared = index === 0 ? '' : names;
    const sdl = `${link} type Query { ${root} }
      type Thing @key(fields: "id") { id: ID! own${index}: Int next: Thing @shareable ${shared} }`;
    return [`s${index}`, { sdl }] as const;
  });
  return prepareSupergraph(compose(Object.fromEntries(services)));
}

function query(fields: number, depth: number): string {
  const level = (left: number): string => {
    const names = Array.from({ length: fields }, (_, index) => `f${index}`).join(' ');
    return `id ${names} ${left > 0 ? `next { ${level(left - 1)} }` : ''}`;
  };
  return `{ thing { ${level(depth)} } }`;
}

const threads: PlannerThread[] = [];
afterEach(() => {
  for (const thread of threads.splice(0)) thread.close();
});

function start(sdl: string, options: Partial<PlannerThreadOptions> = {}) {
  const thread = createPlannerThread({ sdl, timeoutMs: 60_000, ...options });
  threads.push(thread);
  return createFindPlan(plannerOf(sdl, quickPlanning), thread);
}

function plannerOf(sdl: string, config: QueryPlannerConfig): QueryPlanner {
  return new QueryPlanner(Supergraph.build(sdl, { validateSupergraph: false }), config);
}

function planned(sdl: string, document: string): unknown {
  const planner = plannerOf(sdl, ownPlanning);
  const operation = operationFromDocument(planner.supergraph.apiSchema(), parse(document));
  return JSON.parse(JSON.stringify(planner.buildQueryPlan(operation)));
}

test('what is quick is planned at once', () => {
  const sdl = ambiguousGraph(3, 2);
  const plan = start(sdl)(parse('{ thing { id own1 own2 } }'));
  expect(plan).not.toBeInstanceOf(Promise);
  expect(plan).toMatchObject({ kind: 'QueryPlan' });
});

test('what is not is planned in a thread, to the same plan, while the event loop turns', async () => {
  const sdl = ambiguousGraph(3, 4);
  const document = query(4, 6);
  const finding = start(sdl)(parse(document));
  expect(finding).toBeInstanceOf(Promise);
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  const plan = await finding;
  clearInterval(turning);
  expect(turns).toBeGreaterThan(20);
  expect(plan).toEqual(planned(sdl, document));
});

test('a long document goes to the thread, too; fragments count as often as they are spread', async () => {
  const sdl = ambiguousGraph(2, 1);
  const spreads = Array.from({ length: 60 }, (_, index) => `a${index}: thing { ...Parts }`).join(' ');
  const document = `{ ${spreads} } fragment Parts on Thing { id own0 own1 }`;
  const finding = start(sdl)(parse(document));
  expect(finding).toBeInstanceOf(Promise);
  expect(JSON.parse(JSON.stringify(await finding))).toEqual(planned(sdl, print(parse(document))));
});

test('an operation that takes too long is refused; the others get their plans', async () => {
  const findPlan = start(ambiguousGraph(4, 6), { timeoutMs: 1_500 });
  const endless = findPlan(parse(query(6, 6)));
  const spreads = Array.from({ length: 60 }, (_, index) => `a${index}: thing { id own0 own1 }`).join(' ');
  const long = findPlan(parse(`{ ${spreads} }`));
  await expect(endless).rejects.toMatchObject({ extensions: { code: 'OPERATION_NOT_PLANNABLE' } });
  expect(await long).toMatchObject({ kind: 'QueryPlan' });
}, 20_000);

test('a thread that has ended for lack of work starts again', async () => {
  const findPlan = start(ambiguousGraph(2, 1), { idleMs: 1 });
  const spreads = Array.from({ length: 60 }, (_, index) => `a${index}: thing { id own0 own1 }`).join(' ');
  for (let round = 0; round < 2; round++) {
    expect(await findPlan(parse(`{ ${spreads} }`))).toMatchObject({ kind: 'QueryPlan' });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
