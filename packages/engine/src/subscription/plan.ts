import { createHash } from 'node:crypto';
import { operationFromDocument } from '@apollo/federation-internals';
import { buildOperationContext } from '@apollo/gateway';
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import type { DocumentNode } from 'graphql';
import { codedError } from '../coded-error.ts';
import type { SchemaState } from '../schema-state.ts';

const maxPlans = 500;

/** How a subscription document is served by one version of the supergraph. */
export interface SubscriptionPlan {
  state: SchemaState;
  document: DocumentNode;
  operationContext: ReturnType<typeof buildOperationContext>;
  /** The subscription that the owning subgraph gets. */
  primary: FetchNode;
  /** What is executed for each event: the primary fetch, for which the event stands in, then the rest. */
  perEvent: QueryPlan;
}

/** A subscription that has passed Apollo Server's pipeline and waits for a stream to carry it. */
export interface PlannedSubscription extends SubscriptionPlan {
  variables: Record<string, unknown>;
}

/**
 * Plans a subscription with the state's own planner; plans are kept per document and operation.
 *
 * @throws a coded error OPERATION_NOT_PLANNABLE
 */
export function planSubscription(
  state: SchemaState,
  request: Pick<GatewayGraphQLRequestContext, 'document' | 'queryHash' | 'request'>,
): SubscriptionPlan {
  const operationName = request.request.operationName ?? undefined;
  const key = createHash('sha256')
    .update(`${request.queryHash}\0${operationName ?? ''}`)
    .digest('base64url');
  const known = state.subscriptionPlans.get(key);
  if (known) return known;

  const { planner, federationSchema } = state.planning();
  const { document } = request;
  const { node } = planner.buildQueryPlan(
    operationFromDocument(federationSchema, document, { operationName }),
  );
  if (node?.kind !== 'Subscription') {
    throw codedError('No subgraph can resolve what this subscription selects.', {
      code: 'OPERATION_NOT_PLANNABLE',
    });
  }
  const plan: SubscriptionPlan = {
    state,
    document,
    operationContext: buildOperationContext({
      schema: state.apiSchema,
      operationDocument: document,
      operationName,
    }),
    primary: node.primary,
    perEvent: {
      kind: 'QueryPlan',
      node: { kind: 'Sequence', nodes: node.rest ? [node.primary, node.rest] : [node.primary] },
    },
  };
  if (state.subscriptionPlans.size >= maxPlans) {
    state.subscriptionPlans.delete(state.subscriptionPlans.keys().next().value!);
  }
  state.subscriptionPlans.set(key, plan);
  return plan;
}
