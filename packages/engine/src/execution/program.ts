import type { PlanNode } from '@apollo/query-planner';
import { decideSharing } from './decide-sharing.ts';
import { compileEntityRequest } from './entity-request.ts';
import { compileFetches, type Fetch, type ProgramOptions } from './fetch.ts';
import { leaveOutTypenames } from './leave-out-typenames.ts';
import { compileRootRequest } from './root-request.ts';
import type { Run, Step } from './run.ts';
import { joinTasks, toTasks } from './schedule.ts';

export interface ScheduledStep {
  step: Step;
  /** Indices of the steps that it waits for. */
  after: number[];
}

/**
 * Compiles a plan into one function. What depends only on the plan happens here, once: which objects a fetch is for, how
 * representations are written, what requests begin with, which fetches go together.
 *
 * @param before fetches of the same plan that have run when the program starts
 */
export function compileProgram(plan: PlanNode, options: ProgramOptions, before: readonly Fetch[] = []): Step {
  const tasks = toTasks(plan, (node, path) => compileFetches(node, path, options));
  const fetches = tasks.flatMap((task) => task.fetches);
  leaveOutTypenames(fetches, before, options);
  decideSharing([...before, ...fetches]);
  const joined = joinTasks(tasks);
  const steps = joined.map(({ fetches, after }) => ({
    step: compileRequest(fetches),
    after: [...after].map((task) => joined.indexOf(task)),
  }));
  return steps.length === 1 ? steps[0]!.step : inOrder(steps);
}

/** @param fetches that make one request */
export function compileRequest(fetches: readonly Fetch[]): Step {
  return fetches[0]!.represent ? compileEntityRequest(fetches) : compileRootRequest(fetches[0]!);
}

/** Starts each step as soon as those that it waits for are done. */
function inOrder(steps: readonly ScheduledStep[]): Step {
  return async (run) => {
    const started: Promise<void>[] = [];
    for (const scheduled of steps) started.push(startAfter(scheduled, started, run));
    await Promise.all(started);
  };
}

/** Starts a step when those that it waits for are done. */
export async function startAfter(
  { step, after }: ScheduledStep,
  started: readonly Promise<void>[],
  run: Run,
): Promise<void> {
  for (const index of after) await started[index];
  await step(run);
}
