import type { ApolloServerPlugin } from '@apollo/server';
import { codedError } from '@kronos/engine';
import { type ListFault, measureInput, type ValidOperation, type Variables } from '@kronos/operations';
import type { GraphQLError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { type ExceededLimit, limitExceeded } from '../limits/limit-exceeded.ts';
import type { LimitMetrics } from '../limits/metrics.ts';
import type { InspectedOperation, InspectOperation } from './inspect-operation.ts';

/** A valid operation, and what it is to be run with. */
export interface AskedOperation extends ValidOperation {
  request: { variables?: Record<string, unknown> };
}

/**
 * Decides whether an operation is run for a caller, and what of it, once it is known to be valid. In this order: what its
 * caller may see, what it sends, what it asks for, what it may cost, and last what its caller has left to spend.
 */
export interface Admission {
  /**
   * The error of an operation that is not run; undefined when it is. What is withheld and what it is going to cost at most
   * are then in the context. Asked again, it says the same.
   */
  refusal(operation: AskedOperation, context: GatewayContext): GraphQLError | undefined;
  /**
   * Takes what an admitted operation is going to cost from its caller's account; what it did not need goes back when it has
   * been executed.
   *
   * @throws a coded error RATE_LIMITED
   */
  takePoints(context: GatewayContext): Promise<void> | undefined;
  /** Does both for what Apollo Server has found valid. */
  usePlugin(): ApolloServerPlugin<GatewayContext>;
}

export interface AdmissionOptions {
  inspect: InspectOperation;
  limits: AdmissionLimits;
  metrics: Pick<LimitMetrics, 'estimated'>;
}

/** How much of anything an operation may have that depends on its variables or on who sends it. */
export interface AdmissionLimits {
  listInput: number;
  inputDepth: number;
  listSize: number;
  /** Undefined: `costWhereDeclared` where the graph says anything of costs, and for callers with a policy the policy's. */
  cost: number | undefined;
}

/** In a graph that says nothing of costs, estimates are guesses by which nobody can be refused. */
const costWhereDeclared = 10_000;

export function createAdmission(options: AdmissionOptions): Admission {
  const { inspect, limits, metrics } = options;

  function maxCost({ graph }: InspectedOperation, { account }: GatewayContext): number | undefined {
    const ofPolicy = account?.policy.maxCost;
    if (limits.cost === undefined)
      return ofPolicy ?? (graph.costs.areDeclared ? costWhereDeclared : undefined);
    return Math.min(limits.cost, ofPolicy ?? limits.cost);
  }

  function judge(operation: AskedOperation, context: GatewayContext): GraphQLError | undefined {
    const inspected = inspect(operation);
    const { access, depth, cost } = inspected;
    const decision = access?.decide(context);
    if (decision?.refusal) return decision.refusal;
    const variables = operation.request.variables ?? noVariables;
    const { longestList, depth: inputDepth } = measureInput(variables);
    const tooLarge =
      exceeds('depth', depth, context.account?.policy.maxDepth) ??
      exceeds('listInput', longestList, limits.listInput) ??
      exceeds('inputDepth', inputDepth, limits.inputDepth);
    if (tooLarge) return tooLarge;
    const fault = cost.listFault(variables, limits.listSize);
    if (fault) return describeFault(fault, limits.listSize);
    const estimated = cost.estimate(variables);
    const maximum = maxCost(inspected, context);
    metrics.estimated(estimated);
    const tooDear = exceeds('cost', estimated, maximum);
    if (tooDear) return tooDear;
    context.withheld = decision?.withheld;
    context.cost = { base: cost.base, estimated, maximum };
    return undefined;
  }

  function refusal(operation: AskedOperation, context: GatewayContext): GraphQLError | undefined {
    context.judgement ??= { refusal: judge(operation, context) };
    return context.judgement.refusal;
  }

  function takePoints({ account, cost }: GatewayContext): Promise<void> | undefined {
    return account && cost && account.admit(cost.estimated);
  }

  return {
    refusal,
    takePoints,
    usePlugin: () => ({
      async requestDidStart() {
        return {
          async didResolveOperation({ schema, document, operation, request, contextValue }) {
            if (!operation) return;
            const refused = refusal({ schema, document, operation, request }, contextValue);
            if (refused) throw refused;
            await takePoints(contextValue);
          },
        };
      },
    }),
  };
}

const noVariables: Variables = {};

function exceeds(limit: ExceededLimit['limit'], value: number, maximum: number | undefined) {
  return maximum !== undefined && value > maximum ? limitExceeded({ limit, value, maximum }) : undefined;
}

function describeFault(fault: ListFault, maximum: number): GraphQLError {
  const { coordinate, value } = fault;
  if (fault.kind === 'tooLong') {
    return limitExceeded(
      { limit: 'listSize', value, maximum },
      `${coordinate} asks for ${value} items, where ${maximum} are allowed.`,
    );
  }
  const error = codedError(
    `${coordinate} wants exactly one of ${fault.arguments.join(', ')}, which says how long its list is; ${value} are given.`,
    { code: 'BAD_USER_INPUT', details: { field: coordinate, arguments: fault.arguments } },
  );
  error.extensions.http = { status: 400 };
  return error;
}
