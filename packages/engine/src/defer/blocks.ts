import type { DeferNode, PlanNode } from '@apollo/query-planner';
import { decideSharing } from '../execution/decide-sharing.ts';
import { compileFetches, type Fetch, type ProgramOptions } from '../execution/fetch.ts';
import { Problems } from '../execution/problems.ts';
import { compileRequest, type ScheduledStep, startAfter } from '../execution/program.ts';
import type { Run } from '../execution/run.ts';
import { joinTasks, type Task, toTasks } from '../execution/schedule.ts';

/** What one deferred fragment, or what is not deferred, fetches for itself. */
export interface Block {
  /** Resolves when everything has been fetched and merged. */
  done: Promise<void>;
  problems: Problems;
}

export interface StartedBlocks {
  /** What is not deferred. */
  primary: Block;
  /** By the labels of the plan; a fragment for which the plan has nothing is not there. */
  deferred: ReadonlyMap<string, Block>;
}

/** Starts everything that a plan fetches, each part as soon as what it depends on is there. */
export type StartBlocks = (run: Run) => StartedBlocks;

/** A block of the plan, before its fetches are compiled. */
interface PlannedBlock {
  label: string | undefined;
  node: PlanNode | undefined;
  /** Ids of fetches of the blocks around it. */
  depends: readonly string[];
  /** Index of the block around it. */
  around: number | undefined;
}

interface BlockStep extends ScheduledStep {
  block: number;
}

/**
 * Compiles a plan with deferred parts. Fetches of different parts never become one request.
 *
 * @param isSerial whether deferred parts wait for everything that is not deferred, as in mutations
 * @throws Error when the plan is of a form that is not known
 */
export function compileBlocks(
  plan: PlanNode | undefined,
  options: ProgramOptions,
  isSerial: boolean,
): StartBlocks {
  const blocks = takeApart(plan);
  const ids = new Map<string, Fetch>();
  const tasks = blocks.map(({ node }) => (node ? compileTasks(node, options, ids) : []));
  decideSharing(tasks.flat().flatMap(({ fetches }) => fetches));

  const joined = tasks.map(joinTasks);
  const ordered = joined.flat();
  const indexOf = new Map(ordered.map((task, index) => [task, index]));
  const indexOfFetch = new Map(
    ordered.flatMap(({ fetches }, index) => fetches.map((fetch) => [fetch, index] as const)),
  );
  const stepsOf = (block: number) => joined[block]!.map((task) => indexOf.get(task)!);

  /** The steps that the first ones of a block wait for. */
  function before({ depends, around }: PlannedBlock, own: readonly Task[]): number[] {
    if (around === undefined) return [];
    const awaited = depends.map((id) => indexOfFetch.get(ids.get(id)!));
    const isClear = awaited.every((index) => index !== undefined);
    // Without anything to wait for it can only begin at the root.
    const isAtRoot = own.every(({ fetches, after }) => after.size > 0 || fetches[0]!.path.length === 0);
    if (isClear && !isSerial && (awaited.length > 0 || isAtRoot)) return awaited as number[];
    const all: number[] = [];
    for (let index: number | undefined = around; index !== undefined; index = blocks[index]!.around) {
      all.push(...stepsOf(index));
    }
    return all;
  }

  const steps: BlockStep[] = joined.flatMap((own, block) => {
    const first = before(blocks[block]!, own);
    return own.map(({ fetches, after }) => ({
      step: compileRequest(fetches),
      after: after.size > 0 ? [...after].map((task) => indexOf.get(task)!) : first,
      block,
    }));
  });
  return (run) => start(run, blocks, steps);
}

function start(
  run: Run,
  blocks: readonly Pick<PlannedBlock, 'label' | 'around'>[],
  steps: readonly BlockStep[],
): StartedBlocks {
  // The blocks have runs of their own over the same data: what one of them makes shared, all must know of.
  run.shared ??= new Set();
  const runs: Run[] = [];
  for (const { around } of blocks) {
    runs.push(around === undefined ? run : { ...run, problems: new Problems(runs[around]!.problems) });
  }
  const started: Promise<void>[] = [];
  const ownSteps: Promise<void>[][] = blocks.map(() => []);
  for (const scheduled of steps) {
    const step = startAfter(scheduled, started, runs[scheduled.block]!);
    started.push(step);
    ownSteps[scheduled.block]!.push(step);
  }
  const all = blocks.map((_, index): Block => {
    const done = Promise.all(ownSteps[index]!).then(() => undefined);
    // Whoever waits for the block gets the fault; a block that nobody waits for must not end the process.
    done.catch(() => undefined);
    return { done, problems: runs[index]!.problems };
  });
  const deferred = new Map(blocks.flatMap(({ label }, index) => (label ? [[label, all[index]!]] : [])));
  return { primary: all[0]!, deferred };
}

/** The blocks of a plan, each after the one around it; the first is what is not deferred. */
function takeApart(plan: PlanNode | undefined): PlannedBlock[] {
  const blocks: PlannedBlock[] = [];

  function add(node: PlanNode | undefined, block: Omit<PlannedBlock, 'node'>): void {
    const own = blocks.length;
    const inner: DeferNode['deferred'] = node?.kind === 'Defer' ? node.deferred : [];
    blocks.push({ ...block, node: node?.kind === 'Defer' ? node.primary.node : node });
    for (const { label, depends, node: below } of inner) {
      add(below, { label, depends: depends.map(({ id }) => id), around: own });
    }
  }

  add(plan, { label: undefined, depends: [], around: undefined });
  return blocks;
}

function compileTasks(node: PlanNode, options: ProgramOptions, ids: Map<string, Fetch>): Task[] {
  return toTasks(node, (fetchNode, path) => {
    const fetches = compileFetches(fetchNode, path, options);
    if (fetchNode.id !== undefined) ids.set(fetchNode.id, fetches[0]!);
    return fetches;
  });
}
