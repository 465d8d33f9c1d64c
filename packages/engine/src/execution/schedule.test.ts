import type { PlanNode } from '@apollo/query-planner';
import { expect, test } from 'vitest';
import type { Fetch } from './fetch.ts';
import { joinTasks, toTasks } from './schedule.ts';

/** A fetch of entities, or with a name in capitals from the root. */
function fetch(serviceName: string): PlanNode {
  return {
    kind: 'Fetch',
    serviceName,
    operation: '',
    operationName: undefined,
    operationKind: 'query' as never,
  };
}
const sequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
const parallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });

/** What is asked, and after what. */
function schedule(plan: PlanNode): string[] {
  const tasks = joinTasks(
    toTasks(plan, ({ serviceName: service }) => {
      const isRoot = service === service.toUpperCase();
      return [{ service, ...(!isRoot && { represent: {} }) } as Fetch];
    }),
  );
  const nameOf = (index: number) =>
    `${index}:${tasks[index]!.fetches.map(({ service }) => service).join('+')}`;
  return tasks.map(({ after }, index) => {
    const before = [...after].map((task) => nameOf(tasks.indexOf(task)));
    return before.length > 0 ? `${nameOf(index)} after ${before.join(', ')}` : nameOf(index);
  });
}

test('what starts at one step at one subgraph is one request, on different branches, too', () => {
  const plan = parallel(
    sequence(fetch('A'), fetch('reviews'), fetch('users')),
    sequence(fetch('B'), fetch('reviews')),
  );
  expect(schedule(plan)).toEqual([
    '0:A',
    '1:B',
    '2:reviews+reviews after 0:A, 1:B',
    '3:users after 2:reviews+reviews',
  ]);
});

test('what nobody waits for is asked with the last request to its subgraph', () => {
  const plan = sequence(fetch('A'), parallel(fetch('stock'), sequence(fetch('prices'), fetch('stock'))));
  expect(schedule(plan)).toEqual(['0:A', '1:prices after 0:A', '2:stock+stock after 0:A, 1:prices']);
});

test('what somebody waits for is not postponed', () => {
  const plan = sequence(
    fetch('A'),
    parallel(sequence(fetch('b'), fetch('c')), sequence(fetch('c'), fetch('b'))),
  );
  expect(schedule(plan)).toEqual(['0:A', '1:b after 0:A', '2:c after 0:A', '3:c after 1:b', '4:b after 2:c']);
});

test('mutations keep their order, with what belongs to each in between', () => {
  const plan = sequence(fetch('A'), fetch('users'), fetch('B'), fetch('users'));
  expect(schedule(plan)).toEqual(['0:A', '1:users after 0:A', '2:B after 1:users', '3:users after 2:B']);
});
