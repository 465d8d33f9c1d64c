import { executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayGraphQLResponse,
} from '@apollo/server-gateway-interface';
import { GraphQLError } from 'graphql';
import type { PlannedSubscription } from './plan.ts';

/**
 * Runs the plan for one event of the owning subgraph. The event stands in for the primary fetch, so that merging,
 * rewrites, null propagation and error paths come from the same code as for queries.
 *
 * @param event what the subgraph sent; it is changed by the execution and must not be used again
 * @param context a fresh one for every event: headers are built from it, and nothing of one event reaches the next
 */
export async function executeEvent(
  planned: PlannedSubscription,
  event: GatewayGraphQLResponse,
  context: Record<string, unknown>,
): Promise<GatewayExecutionResult> {
  const { state, primary, operationContext, document, variables } = planned;
  const { federationSchema, supergraphSchema } = state.planning();
  const owner = state.sources[primary.serviceName]!;
  const sources: ServiceMap = {
    ...state.sources,
    [primary.serviceName]: {
      process: async (options) =>
        options.request.query === primary.operation ? event : owner.process(options),
    },
  };
  // executeQueryPlan reads no more of a request's context than this, and writes to `metrics`.
  const requestContext = {
    request: { query: '', variables },
    context,
    metrics: {},
    schema: state.apiSchema,
    document,
    operation: operationContext.operation,
    operationName: operationContext.operation.name?.value ?? null,
  } as unknown as GatewayGraphQLRequestContext;
  try {
    return await executeQueryPlan(
      planned.perEvent,
      sources,
      requestContext,
      operationContext,
      supergraphSchema,
      federationSchema,
    );
  } catch (error) {
    const originalError = error instanceof Error ? error : new Error(String(error));
    return { data: null, errors: [new GraphQLError(originalError.message, { originalError })] };
  }
}
