import { meetsPolicy } from '@kronos/edge-rules';
import type { AccessCaller } from '@kronos/operations';
import type { AccessPolicy, Subgraph } from '@kronos/prisma-router';
import { type RequestContext, scopesOf } from '@kronos/subgraph';
import type { QueryOperationExplainArgs } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { judgeAccess } from './denials.ts';
import { estimateCost } from './estimate.ts';
import { type OperationLimits, readOperation } from './read-operation.ts';

/** By what operations are judged beside the graph. */
export interface ExplainSettings {
  limits: OperationLimits;
  assumedListSize: number;
}

/** What an operation would cost and need, without executing it. */
export async function operationExplain(
  _parent: unknown,
  { document, operationName, variables }: QueryOperationExplainArgs,
  context: Context,
) {
  const { db, loaders, explain, planner } = context;
  const graph = context.graph.require();
  const operation = readOperation(document, operationName, graph.schema, explain.limits);
  const { costs, accessRules } = graph;
  const cost = estimateCost(operation, variables ?? {}, { costs, assumedListSize: explain.assumedListSize });
  const access = judgeAccess(operation, accessRules, callerOf(context, await db.accessPolicy.findMany()));
  const { text, subgraphs } = await planner.plan(graph, document, operationName ?? undefined);
  const rows = await Promise.all(subgraphs.map((name) => loaders.subgraph.load(name)));
  return {
    cost,
    depth: operation.depth,
    ...access,
    subgraphs: subgraphs.map((name, index) => rows[index] ?? unwatched(name)),
    plan: text,
  };
}

/** The caller as access rules ask for one. */
export function callerOf(
  caller: Pick<RequestContext, 'viewer' | 'service' | 'clientApplicationId'>,
  policies: readonly AccessPolicy[],
): AccessCaller {
  const known = new Map(policies.map((policy) => [policy.name, policy]));
  const { viewer, clientApplicationId } = caller;
  return {
    scopes: scopesOf(caller),
    isService: caller.service !== undefined,
    grants(name) {
      const policy = known.get(name);
      return policy !== undefined && meetsPolicy(policy, { viewer, clientId: clientApplicationId });
    },
  };
}

/** A subgraph of the graph that nobody has looked at yet. */
function unwatched(name: string): Subgraph {
  const unknown = { health: null, reason: null, responseTimeMs: null, checkedAt: null, changedAt: null };
  return { name, url: '', schemaHash: null, isRegistered: false, ...unknown };
}
