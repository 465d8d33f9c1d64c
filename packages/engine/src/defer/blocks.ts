import { Problems } from '../execution/problems.ts';
import { type ScheduledStep, startAfter } from '../execution/program.ts';
import type { Run } from '../execution/run.ts';

/** What deferred fragments, or what is not deferred, fetch for themselves. */
export interface Block {
  /** Resolves when everything has been fetched and merged. */
  done: Promise<void>;
  problems: Problems;
}

export interface StartedBlocks {
  /** What is not deferred. */
  primary: Block;
  /** By the labels of the plan; a fragment that fetches nothing for itself is not there. */
  deferred: ReadonlyMap<string, readonly Block[]>;
}

/** Starts everything that a plan fetches, each part as soon as what it depends on is there. */
export type StartBlocks = (run: Run) => StartedBlocks;

export interface BlockStep extends ScheduledStep {
  /** Index of the block to which it belongs. */
  block: number;
}

/** A plan taken apart by what is deferred. The first block is what is not. */
export interface CompiledBlocks {
  /** By block, the indices of those around it, all of them smaller: what went wrong there may be why something is missing. */
  around: readonly (readonly number[])[];
  /** In an order in which each comes after those that it waits for. */
  steps: readonly BlockStep[];
  /** By the labels of the plan, indices of blocks. */
  byLabel: ReadonlyMap<string, readonly number[]>;
}

export function startBlocks({ around, steps, byLabel }: CompiledBlocks, run: Run): StartedBlocks {
  // The blocks have runs of their own over the same data: what one of them makes shared, all must know of.
  run.shared ??= new Set();
  const runs: Run[] = [];
  for (const [block, outer] of around.entries()) {
    const problems = block === 0 ? run.problems : new Problems(outer.map((index) => runs[index]!.problems));
    runs.push({ ...run, problems });
  }
  const started: Promise<void>[] = [];
  const ownSteps: Promise<void>[][] = runs.map(() => []);
  for (const scheduled of steps) {
    const step = startAfter(scheduled, started, runs[scheduled.block]!);
    started.push(step);
    ownSteps[scheduled.block]!.push(step);
  }
  const blocks = runs.map(({ problems }, index): Block => {
    const done = Promise.all(ownSteps[index]!).then(() => undefined);
    // Whoever waits for the block gets the fault; a block that nobody waits for must not end the process.
    done.catch(() => undefined);
    return { done, problems };
  });
  const deferred = new Map(
    [...byLabel].map(([label, indices]) => [label, indices.map((index) => blocks[index]!)]),
  );
  return { primary: blocks[0]!, deferred };
}
