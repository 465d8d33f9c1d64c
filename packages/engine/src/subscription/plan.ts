import { createHash } from 'node:crypto';
import type { FetchNode } from '@apollo/query-planner';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { codedError } from '../coded-error.ts';
import { toPlannedVariables } from '../execution/execute.ts';
import { compileFetch, type Fetch } from '../execution/fetch.ts';
import { compileProgram } from '../execution/program.ts';
import type { Step } from '../execution/run.ts';
import { type Operation, readOperation } from '../plan/operation.ts';
import type { SchemaState } from '../schema-state.ts';
import { createShapes } from '../shape/shape.ts';

const maxPlans = 500;

/** How a subscription document is served by one version of the supergraph. */
export interface SubscriptionPlan {
  state: SchemaState;
  operation: Operation;
  /** The subscription that the owning subgraph gets. */
  primary: FetchNode;
  /** The same, compiled: how an event becomes data. */
  event: Fetch;
  /** What is fetched for each event beside. */
  rest: Step | undefined;
  shapeFor: ReturnType<typeof createShapes>;
}

/** A subscription that has passed Apollo Server's pipeline and waits for a stream to carry it. */
export interface PlannedSubscription extends SubscriptionPlan {
  /** As the owning subgraph gets them. */
  variables: Record<string, unknown>;
  /** With defaults. */
  coerced: Record<string, unknown>;
}

/**
 * Plans a subscription with the state's own planner; plans are kept per document and operation.
 *
 * @throws a coded error OPERATION_NOT_PLANNABLE
 */
export function planSubscription(
  state: SchemaState,
  request: Pick<GatewayGraphQLRequestContext, 'document' | 'queryHash' | 'operation'>,
): SubscriptionPlan {
  const { document } = request;
  const operation = readOperation(document, request.operation!);
  const operationName = operation.node.name?.value;
  const key = createHash('sha256')
    .update(`${request.queryHash}\0${operationName ?? ''}`)
    .digest('base64url');
  const known = state.subscriptionPlans.get(key);
  if (known) return known;

  const { planning } = state;
  const { node } = planning.plan(document, operationName);
  if (node?.kind !== 'Subscription') {
    throw codedError('No subgraph can resolve what this subscription selects.', {
      code: 'OPERATION_NOT_PLANNABLE',
    });
  }
  const event = compileFetch(node.primary, [], planning);
  const plan: SubscriptionPlan = {
    state,
    operation,
    primary: { ...node.primary, operation: event.operation },
    event,
    rest: node.rest && compileProgram(node.rest, planning, [event]),
    shapeFor: createShapes(state.apiSchema, operation, planning.dataKeyOf),
  };
  if (state.subscriptionPlans.size >= maxPlans) {
    state.subscriptionPlans.delete(state.subscriptionPlans.keys().next().value!);
  }
  state.subscriptionPlans.set(key, plan);
  return plan;
}

/** A plan with the variables of one subscriber. */
export function withVariables(
  plan: SubscriptionPlan,
  given: Record<string, unknown>,
  coerced: Record<string, unknown>,
): PlannedSubscription {
  return { ...plan, variables: toPlannedVariables(plan.operation, given), coerced };
}
