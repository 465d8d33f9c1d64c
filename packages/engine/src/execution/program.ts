import type { FlattenNode, PlanNode } from '@apollo/query-planner';
import { decideSharing } from './decide-sharing.ts';
import { compileEntityRequest } from './entity-request.ts';
import { compileFetches, type Fetch, type ProgramOptions } from './fetch.ts';
import { joinSiblings, type Tree } from './join-siblings.ts';
import { compileRootRequest } from './root-request.ts';
import type { Step } from './run.ts';

/**
 * Compiles a plan into one function. What depends only on the plan happens here, once: which objects a fetch is for, how
 * representations are written, what requests begin with, which fetches go together.
 *
 * @param before fetches of the same plan that have run when the program starts
 */
export function compileProgram(node: PlanNode, options: ProgramOptions, before: readonly Fetch[] = []): Step {
  const fetches = [...before];
  const tree = toTree(node, [], options, fetches);
  decideSharing(fetches);
  return compileTree(joinSiblings(tree));
}

function toTree(node: PlanNode, path: FlattenNode['path'], options: ProgramOptions, fetches: Fetch[]): Tree {
  const inner = (child: PlanNode, at = path) => toTree(child, at, options, fetches);
  switch (node.kind) {
    case 'Fetch': {
      const compiled = compileFetches(node, path, options);
      fetches.push(...compiled);
      return { kind: 'request', fetches: compiled };
    }
    case 'Sequence':
      return { kind: 'sequence', trees: node.nodes.map((child) => inner(child)) };
    case 'Parallel':
      return { kind: 'parallel', trees: node.nodes.map((child) => inner(child)) };
    case 'Flatten':
      return inner(node.node, [...path, ...node.path]);
    default:
      // Conditions are decided before planning, and @defer is not switched on.
      throw new Error(`The engine does not execute ${node.kind} nodes.`);
  }
}

function compileTree(tree: Tree): Step {
  switch (tree.kind) {
    case 'request':
      return tree.fetches[0]!.represent
        ? compileEntityRequest(tree.fetches)
        : compileRootRequest(tree.fetches[0]!);
    case 'sequence':
      return inSequence(tree.trees.map(compileTree));
    case 'parallel':
      return inParallel(tree.trees.map(compileTree));
  }
}

function inSequence(steps: readonly Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function inParallel(steps: readonly Step[]): Step {
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}
