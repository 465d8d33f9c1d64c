import { createHash } from 'node:crypto';
import type { FetchNode } from '@apollo/query-planner';
import { codedError } from '../coded-error.ts';
import { compileFetch, type Fetch } from '../execution/fetch.ts';
import { compileProgram } from '../execution/program.ts';
import type { Step } from '../execution/run.ts';
import type { Operation } from '../plan/operation.ts';
import { toPlannedVariables } from '../plan/planned-document.ts';
import type { SchemaState } from '../schema-state.ts';
import { compileShape, type Shape } from '../shape/shape.ts';

/** How a subscription document is served by one version of the supergraph. */
export interface SubscriptionPlan {
  state: SchemaState;
  /** The same for the same document, operation, and variables of @skip and @include. */
  key: string;
  operation: Operation;
  /** The subscription that the owning subgraph gets. */
  primary: FetchNode;
  /** The same, compiled: how an event becomes data. */
  event: Fetch;
  /** What is fetched for each event beside. */
  rest: Step | undefined;
  shape: Shape;
}

/** A subscription that has passed Apollo Server's pipeline and waits for a stream to carry it. */
export interface PlannedSubscription extends SubscriptionPlan {
  /** As the owning subgraph gets them. */
  variables: Record<string, unknown>;
}

/**
 * Plans a subscription with the state's own planner; plans are kept per document, operation, and variables of @skip and
 * @include.
 *
 * @param given the client's variables
 * @param coerced the same with defaults
 * @throws a coded error OPERATION_NOT_PLANNABLE
 */
export async function planSubscription(
  state: SchemaState,
  queryHash: string,
  operation: Operation,
  given: Record<string, unknown>,
  coerced: Record<string, unknown>,
): Promise<PlannedSubscription> {
  const conditions = operation.conditions.map((name) => (coerced[name] ? '1' : '0')).join('');
  const key = createHash('sha256')
    .update(`${queryHash}\0${operation.node.name?.value ?? ''}\0${conditions}`)
    .digest('base64url');
  let plan = state.subscriptionPlans.get(key);
  if (!plan) {
    plan = await compile(state, key, operation, coerced);
    state.subscriptionPlans.set(key, plan);
  }
  return { ...plan, variables: toPlannedVariables(operation, given) };
}

async function compile(
  state: SchemaState,
  key: string,
  operation: Operation,
  variables: Record<string, unknown>,
): Promise<SubscriptionPlan> {
  const { planning, apiSchema } = state;
  const dataKeyOf = planning.dataKeysFor(operation.document);
  const { node } = await planning.plan(operation, dataKeyOf, variables);
  if (node?.kind !== 'Subscription') {
    throw codedError('No subgraph can resolve what this subscription selects.', {
      code: 'OPERATION_NOT_PLANNABLE',
    });
  }
  const event = compileFetch(node.primary, [], planning);
  return {
    state,
    key,
    operation,
    primary: { ...node.primary, operation: event.operation },
    event,
    rest: node.rest && compileProgram(node.rest, planning, [event]),
    shape: compileShape(apiSchema, operation, dataKeyOf, variables),
  };
}
