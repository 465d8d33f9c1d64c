import type { HTTPGraphQLRequest } from '@apollo/server';
import { countComparisons } from '@kronos/operations';
import { type GraphQLError, parse } from 'graphql';
import type { GraphqlServer } from '../graphql-server.ts';
import { answerRefusal } from '../http/answer-refusal.ts';
import { limitExceeded } from './limit-exceeded.ts';
import type { LimitMetrics } from './metrics.ts';
import { measureNesting } from './nesting.ts';

/** What must be known of a document before it is validated, because validating it is what would take too long. */
export interface UnwieldyLimits {
  tokens: number;
  /** Brackets that are open at once. */
  nesting: number;
  /** Selections, and pairs of them that must agree. */
  comparisons: number;
}

/** A shorter document has no room for what makes one unwieldy, and most are shorter. */
const shortDocument = 1_000;

/**
 * A server that is spared documents which are small as a text and large as work: nested beyond what a parser's stack holds,
 * or with so many selections of the same fields that comparing them stops everybody else for a second.
 */
export function refuseUnwieldy(
  server: GraphqlServer,
  limits: UnwieldyLimits,
  metrics: Pick<LimitMetrics, 'refused'>,
): GraphqlServer {
  return {
    async executeHTTPGraphQLRequest(request) {
      const { httpGraphQLRequest } = request;
      const document = documentOf(httpGraphQLRequest);
      const fault = document && document.length > shortDocument ? findFault(document, limits) : undefined;
      if (!fault) return server.executeHTTPGraphQLRequest(request);
      metrics.refused(fault);
      return answerRefusal(fault, httpGraphQLRequest.headers.get('accept'), 400);
    },
  };
}

function documentOf({ method, body, search }: HTTPGraphQLRequest): string | undefined {
  if (method === 'GET') return new URLSearchParams(search).get('query') ?? undefined;
  const query = typeof body === 'object' && body !== null && 'query' in body ? body.query : undefined;
  return typeof query === 'string' ? query : undefined;
}

function findFault(document: string, limits: UnwieldyLimits): GraphQLError | undefined {
  const nesting = measureNesting(document);
  if (nesting > limits.nesting)
    return limitExceeded({ limit: 'nesting', value: nesting, maximum: limits.nesting });
  const comparisons = comparisonsOf(document, limits);
  if (comparisons > limits.comparisons)
    return limitExceeded({ limit: 'comparisons', value: comparisons, maximum: limits.comparisons });
  return undefined;
}

/** None in a document that does not parse: Apollo Server says why. */
function comparisonsOf(document: string, { tokens, comparisons }: UnwieldyLimits): number {
  try {
    return countComparisons(parse(document, { maxTokens: tokens, noLocation: true }), comparisons);
  } catch {
    return 0;
  }
}
