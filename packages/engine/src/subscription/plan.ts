import { createHash } from 'node:crypto';
import type { FetchNode } from '@apollo/query-planner';
import { codedError } from '../coded-error.ts';
import { compileFetch, type Fetch } from '../execution/fetch.ts';
import { compileProgram } from '../execution/program.ts';
import type { Step } from '../execution/run.ts';
import type { Operation } from '../plan/operation.ts';
import { toPlannedVariables } from '../plan/planned-document.ts';
import { findWithheld, type Withheld } from '../plan/withheld.ts';
import type { SchemaState } from '../schema-state.ts';
import { compileRootShape, createWholeShaping, type Shape } from '../shape/shape.ts';

/** How a subscription document is served by one version of the supergraph. */
export interface SubscriptionPlan {
  state: SchemaState;
  /** The same for the same document, operation, variables of @skip and @include, and withheld fields. */
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
  /** The hash of the document's text, by which clients may have named it. */
  queryHash: string;
  /** As the owning subgraph gets them. */
  variables: Record<string, unknown>;
  /** What is withheld from who subscribes; nothing when undefined. */
  withheld: Withheld | undefined;
}

/**
 * Plans a subscription with the state's own planner; plans are kept per document, operation, variables of @skip and
 * @include, and withheld fields.
 *
 * @param given the client's variables
 * @param coerced the same with defaults
 * @param withheld never the subscription field itself
 * @throws a coded error OPERATION_NOT_PLANNABLE
 */
export async function planSubscription(
  state: SchemaState,
  queryHash: string,
  operation: Operation,
  given: Record<string, unknown>,
  coerced: Record<string, unknown>,
  withheld?: Withheld,
): Promise<PlannedSubscription> {
  const conditions = operation.conditions.map((name) => (coerced[name] ? '1' : '0')).join('');
  const key = createHash('sha256')
    .update(`${queryHash}\0${operation.node.name?.value ?? ''}\0${conditions}\0${withheld?.key ?? ''}`)
    .digest('base64url');
  let plan = state.subscriptionPlans.get(key);
  if (!plan) {
    plan = await compile(state, key, operation, coerced, withheld);
    state.subscriptionPlans.set(key, plan);
  }
  return { ...plan, queryHash, variables: toPlannedVariables(operation, given), withheld };
}

async function compile(
  state: SchemaState,
  key: string,
  operation: Operation,
  variables: Record<string, unknown>,
  given: Withheld | undefined,
): Promise<SubscriptionPlan> {
  const { planning, apiSchema } = state;
  const dataKeyOf = planning.dataKeysFor(operation.document);
  const withheld = findWithheld(operation.document, given);
  const { node } = await planning.plan(operation, dataKeyOf, variables, { withheld });
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
    shape: compileRootShape(
      createWholeShaping(apiSchema, operation, dataKeyOf, variables, withheld),
      operation,
    ),
  };
}
