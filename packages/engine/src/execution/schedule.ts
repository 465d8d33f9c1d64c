import type { PlanNode } from '@apollo/query-planner';
import type { Fetch } from './fetch.ts';

/** A request of a program and what must have been answered before it starts. */
export interface Task {
  /** Several only when they are entities from one subgraph. */
  fetches: Fetch[];
  after: Set<Task>;
}

/**
 * Takes the order of a plan apart into tasks that wait for each other.
 *
 * @param compile a fetch node at a path, into the fetches that make one request
 */
export function toTasks(
  plan: PlanNode,
  compile: (node: Extract<PlanNode, { kind: 'Fetch' }>, path: (string | number)[]) => Fetch[],
): Task[] {
  const tasks: Task[] = [];

  /** Returns the tasks for which whatever follows the node has to wait. */
  function add(node: PlanNode, path: (string | number)[], after: readonly Task[]): readonly Task[] {
    switch (node.kind) {
      case 'Fetch': {
        const task = { fetches: compile(node, path), after: new Set(after) };
        tasks.push(task);
        return [task];
      }
      case 'Sequence':
        return node.nodes.reduce((before, child) => add(child, path, before), after);
      case 'Parallel':
        return node.nodes.flatMap((child) => add(child, path, after));
      case 'Flatten':
        return add(node.node, [...path, ...node.path], after);
      default:
        // Conditions are decided before planning, and what is deferred is taken out of the plan before.
        throw new Error(`The engine does not execute ${node.kind} nodes.`);
    }
  }

  add(plan, [], []);
  return tasks;
}

/**
 * Joins fetches of entities that go to one subgraph and can start at the same step of the plan into one request. The
 * planner gives each path of the data a fetch of its own; a subgraph would rather be asked once. What nobody waits for is
 * postponed to the last request that its subgraph gets, because the answer has to wait for that one anyway.
 *
 * @returns tasks in an order in which each comes after those that it waits for
 */
export function joinTasks(tasks: readonly Task[]): Task[] {
  const steps = new Map<Task, number>();
  for (const task of tasks)
    steps.set(task, 1 + Math.max(-1, ...[...task.after].map((one) => steps.get(one)!)));

  const lastStep = new Map<string, number>();
  for (const task of tasks.filter(isJoinable)) {
    const service = serviceOf(task);
    lastStep.set(service, Math.max(lastStep.get(service) ?? 0, steps.get(task)!));
  }
  const awaited = new Set(tasks.flatMap(({ after }) => [...after]));
  for (const task of tasks) {
    if (isJoinable(task) && !awaited.has(task)) steps.set(task, lastStep.get(serviceOf(task))!);
  }

  const joined = new Map<string | Task, Task>();
  const replacement = new Map<Task, Task>();
  const ordered = tasks.toSorted((one, other) => steps.get(one)! - steps.get(other)!);
  for (const task of ordered) {
    const key = isJoinable(task) ? `${steps.get(task)} ${serviceOf(task)}` : task;
    const into = joined.get(key) ?? { fetches: [], after: new Set<Task>() };
    into.fetches.push(...task.fetches);
    for (const before of task.after) into.after.add(replacement.get(before)!);
    joined.set(key, into);
    replacement.set(task, into);
  }
  return [...joined.values()];
}

/** Requests from the root are as few as can be already, and those of mutations have their order. */
function isJoinable({ fetches }: Task): boolean {
  return fetches[0]!.represent !== undefined;
}

function serviceOf({ fetches }: Task): string {
  return fetches[0]!.service;
}
