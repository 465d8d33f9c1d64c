import type { DeferNode, FetchNode, PlanNode } from '@apollo/query-planner';
import { parse, print, stripIgnoredCharacters, visit } from 'graphql';
import { decideSharing } from '../execution/decide-sharing.ts';
import { compileFetches, type Fetch, type ProgramOptions } from '../execution/fetch.ts';
import { compileRequest } from '../execution/program.ts';
import { joinTasks, type Task, toTasks } from '../execution/schedule.ts';
import type { BlockStep, CompiledBlocks } from './blocks.ts';

/** A block of the plan, before its fetches are compiled. */
interface PlannedBlock {
  label: string | undefined;
  node: PlanNode | undefined;
  /** Ids of fetches of the blocks around it. */
  depends: readonly string[];
  /** Index of the block around it. */
  around: number | undefined;
}

/**
 * Compiles a plan that the planner has made for an operation with `@defer`: each deferred fragment has a block. Fetches of
 * different blocks never become one request.
 *
 * @param isSerial whether deferred parts wait for everything that is not deferred, as in mutations
 * @throws Error when the plan is of a form that is not known
 */
export function compilePlannedBlocks(
  plan: PlanNode | undefined,
  options: ProgramOptions,
  isSerial: boolean,
): CompiledBlocks {
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
  return {
    around: blocks.map(({ around }) => (around === undefined ? [] : [around])),
    steps,
    byLabel: new Map(blocks.flatMap(({ label }, index) => (label ? [[label, [index]]] : []))),
  };
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
    const fetches = compileFetches(atAnyRoot(fetchNode), path, options);
    if (fetchNode.id !== undefined) ids.set(fetchNode.id, fetches[0]!);
    return fetches;
  });
}

/**
 * A fetch from a subgraph's root, whatever the subgraph calls that: the planner puts what is deferred at the root into a
 * fragment on the type by the name that clients know.
 */
function atAnyRoot(node: FetchNode): FetchNode {
  if (node.requires) return node;
  const operation = visit(parse(node.operation, { noLocation: true }), {
    Field: () => false,
    InlineFragment: (fragment) => ({ ...fragment, typeCondition: undefined }),
  });
  return { ...node, operation: stripIgnoredCharacters(print(operation)) };
}
