import type { PlanNode } from '@apollo/query-planner';
import { decideSharing } from '../execution/decide-sharing.ts';
import { compileFetches, type Fetch, type ProgramOptions } from '../execution/fetch.ts';
import type { KeyTree } from '../execution/key-tree.ts';
import { compileRequest } from '../execution/program.ts';
import { joinTasks, type Task, toTasks } from '../execution/schedule.ts';
import type { CompiledBlocks } from './blocks.ts';
import type { Sites } from './sites.ts';

/** Who waits for fetches: a deferred fragment, or what is not deferred. */
interface Reader {
  /** What it selects, from the root of the data. */
  keys: KeyTree;
  labels: readonly string[];
  around: Reader | undefined;
}

/** Fetches for which the same readers wait. */
interface Group {
  readers: ReadonlySet<Reader>;
  tasks: Task[];
}

export interface SelectedInParts {
  /** What is not deferred, from the root of the data. */
  keys: KeyTree;
  sites: Sites;
}

/**
 * Takes a plan apart that knows nothing of `@defer`, by what each of its fetches is for: a part waits for the fetches that
 * bring something it selects, and for those which these wait for. That is less than the planner can do, which asks a
 * subgraph twice so as not to wait for what is deferred; but it can be done with every plan.
 *
 * @param isSerial whether deferred parts wait for everything that is not deferred, as in mutations
 */
export function splitIntoBlocks(
  plan: PlanNode | undefined,
  options: ProgramOptions,
  { keys, sites }: SelectedInParts,
  isSerial: boolean,
): CompiledBlocks {
  const first: Reader = { keys, labels: [], around: undefined };
  const readers = [first, ...readersIn(sites, first)];
  const tasks = plan ? toTasks(plan, (node, path) => compileFetches(node, path, options)) : [];
  decideSharing(tasks.flatMap(({ fetches }) => fetches));

  const groups = groupTasks(tasks, findReaders(tasks, readers), first);
  const groupOf = new Map(groups.flatMap((group) => group.tasks.map((task) => [task, group] as const)));
  const requests = joinInGroups(groups);
  if (isSerial) {
    const before = groups[0]!.tasks;
    for (const { group, after } of requests) {
      if (group !== groups[0]) for (const task of before) after.add(task);
    }
  }
  const ordered = inOrder(requests);
  const indexOf = new Map(ordered.flatMap((request, index) => request.tasks.map((task) => [task, index])));
  return {
    around: groups.map(({ tasks: own }, index) => [
      ...new Set(
        own
          .flatMap((task) => [...task.after])
          .map((task) => groups.indexOf(groupOf.get(task)!))
          .concat(index > 0 ? [0] : [])
          .filter((other) => other !== index),
      ),
    ]),
    steps: ordered.map(({ fetches, after, group }) => ({
      step: compileRequest(fetches),
      after: [...new Set([...after].map((task) => indexOf.get(task)!))],
      block: groups.indexOf(group),
    })),
    byLabel: new Map(
      readers.flatMap((reader) => reader.labels.map((label) => [label, indicesOf(reader, groups)] as const)),
    ),
  };
}

function readersIn(sites: Sites, around: Reader): Reader[] {
  return [...sites].flatMap(({ keys, planned, inner }) => {
    const reader = { keys, labels: planned, around };
    return [reader, ...readersIn(inner, reader)];
  });
}

/** Who waits for each task; whatever a task waits for, all of them wait for, too. */
function findReaders(tasks: readonly Task[], readers: readonly Reader[]): Map<Task, Set<Reader>> {
  const found = new Map<Task, Set<Reader>>(tasks.map((task) => [task, new Set()]));
  function add(task: Task, reader: Reader): void {
    if (found.get(task)!.has(reader)) return;
    found.get(task)!.add(reader);
    for (const before of task.after) add(before, reader);
  }
  for (const task of tasks) {
    for (const reader of readers) {
      if (task.fetches.some((fetch) => brings(fetch, reader.keys))) add(task, reader);
    }
  }
  return found;
}

/** Whether a fetch brings something that is selected. */
function brings({ path, keys }: Fetch, selected: KeyTree): boolean {
  let there: KeyTree | undefined = selected;
  for (const step of path) there = there?.get(step);
  return there !== undefined && haveInCommon(keys, there);
}

function haveInCommon(given: KeyTree, selected: KeyTree): boolean {
  for (const [key, below] of given) {
    const wanted = selected.get(key);
    if (wanted && (isBare(wanted) || below.size === 0 || haveInCommon(below, wanted))) return true;
  }
  return false;
}

/** Whether nothing is wanted of an object but that it is there: any fetch that brings it tells. */
function isBare(wanted: KeyTree): boolean {
  return wanted.size === 0 || (wanted.size === 1 && wanted.has('__typename'));
}

/** The first group is what is not deferred, and whatever else must not wait; each comes after those that it waits for. */
function groupTasks(
  tasks: readonly Task[],
  readersOf: ReadonlyMap<Task, ReadonlySet<Reader>>,
  first: Reader,
): Group[] {
  const groups = new Map<string, Group>([['', { readers: new Set([first]), tasks: [] }]]);
  const numbers = new Map<Reader, number>();
  for (const task of tasks) {
    const readers = readersOf.get(task)!;
    const isFirst = readers.size === 0 || readers.has(first) || !task.fetches[0]!.isRead;
    const names = [...readers].map((reader) => {
      if (!numbers.has(reader)) numbers.set(reader, numbers.size);
      return numbers.get(reader)!;
    });
    const key = isFirst ? '' : names.sort((one, other) => one - other).join();
    const group = groups.get(key) ?? { readers, tasks: [] };
    groups.set(key, group);
    group.tasks.push(task);
  }
  const [primary, ...others] = groups.values();
  return [primary!, ...others.sort((one, other) => other.readers.size - one.readers.size)];
}

/** The groups for which a reader waits, without those that have been waited for already. */
function indicesOf(reader: Reader, groups: readonly Group[]): number[] {
  return groups.flatMap(({ readers }, index) => {
    const isOwn = index > 0 && readers.has(reader) && !(reader.around && readers.has(reader.around));
    return isOwn ? [index] : [];
  });
}

/** Several tasks of a group that make one request. */
interface Request {
  group: Group;
  tasks: readonly Task[];
  fetches: readonly Fetch[];
  after: Set<Task>;
}

/** Fetches of different groups never become one request. */
function joinInGroups(groups: readonly Group[]): Request[] {
  return groups.flatMap((group) => {
    const taskOf = new Map(
      group.tasks.flatMap((task) => task.fetches.map((fetch) => [fetch, task] as const)),
    );
    const copies = new Map<Task, Task>();
    for (const task of group.tasks) {
      const within = [...task.after].flatMap((before) => copies.get(before) ?? []);
      copies.set(task, { fetches: task.fetches, after: new Set(within) });
    }
    return joinTasks([...copies.values()]).map(({ fetches }) => {
      const tasks = [...new Set(fetches.map((fetch) => taskOf.get(fetch)!))];
      return { group, tasks, fetches, after: new Set(tasks.flatMap((task) => [...task.after])) };
    });
  });
}

/** Each after those that it waits for. */
function inOrder(requests: readonly Request[]): Request[] {
  const requestOf = new Map(
    requests.flatMap((request) => request.tasks.map((task) => [task, request] as const)),
  );
  const ordered = new Set<Request>();
  function add(request: Request): void {
    if (ordered.has(request)) return;
    for (const task of request.after) add(requestOf.get(task)!);
    ordered.add(request);
  }
  for (const request of requests) add(request);
  return [...ordered];
}
