import type { Fetch } from './fetch.ts';

/** A plan whose fetches are compiled and whose order is not yet. */
export type Tree = { kind: 'request'; fetches: Fetch[] } | { kind: 'sequence' | 'parallel'; trees: Tree[] };

type Request = Extract<Tree, { kind: 'request' }>;

/** What runs after the first request of a branch, if anything. */
interface Branch {
  head: Request;
  rest: Tree[];
}

/**
 * Joins entity fetches that start at the same time and go to the same subgraph into one request, and so on with what
 * follows them: the planner gives each path of the data a fetch of its own, a subgraph would rather be asked once.
 */
export function joinSiblings(tree: Tree): Tree {
  switch (tree.kind) {
    case 'request':
      return tree;
    case 'sequence':
      return { ...tree, trees: tree.trees.map(joinSiblings) };
    case 'parallel':
      return joinBranches(tree.trees.flatMap((child) => (child.kind === 'parallel' ? child.trees : [child])));
  }
}

function joinBranches(trees: Tree[]): Tree {
  const joined: Tree[] = [];
  const branches = new Map<string, Branch[]>();
  for (const tree of trees) {
    const branch = asBranch(tree);
    if (!branch) {
      joined.push(joinSiblings(tree));
      continue;
    }
    const { service } = branch.head.fetches[0]!;
    branches.set(service, [...(branches.get(service) ?? []), branch]);
  }
  for (const group of branches.values()) joined.push(joinBranch(group));
  return joined.length === 1 ? joined[0]! : { kind: 'parallel', trees: joined };
}

/** A branch that begins with a fetch of entities; others begin with a request that nothing can join. */
function asBranch(tree: Tree): Branch | undefined {
  const [head, ...rest] = tree.kind === 'sequence' ? tree.trees : [tree];
  return head?.kind === 'request' && head.fetches[0]!.represent ? { head, rest } : undefined;
}

function joinBranch(branches: Branch[]): Tree {
  const head: Request = { kind: 'request', fetches: branches.flatMap(({ head }) => head.fetches) };
  const rests = branches.filter(({ rest }) => rest.length > 0).map(({ rest }) => inOrder(rest));
  if (rests.length === 0) return head;
  return { kind: 'sequence', trees: [head, joinSiblings({ kind: 'parallel', trees: rests })] };
}

function inOrder(trees: Tree[]): Tree {
  return trees.length === 1 ? trees[0]! : { kind: 'sequence', trees };
}
