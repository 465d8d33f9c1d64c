import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { mediaTypeFor } from '../http/media-type.ts';

const statusOfCode: Record<string, number> = {
  UNAUTHENTICATED: 401,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
  GATEWAY_TIMEOUT: 504,
};

/** What is wrong with an operation rather than with the request that carried it. */
const operationFaults = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_LIMIT_EXCEEDED',
  'OPERATION_NOT_ALLOWED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'FORBIDDEN',
]);

/**
 * The HTTP status of an operation that gave no data at all, when every error gives the same kind of reason; undefined
 * leaves the status as it is. An answer with data is always 200, as GraphQL over HTTP wants it.
 */
export function statusOfErrors(errors: readonly GraphQLFormattedError[]): number | undefined {
  const statuses = errors.map(({ extensions }) => statusOfCode[String(extensions?.code)]);
  if (statuses.length === 0 || statuses.includes(undefined)) return undefined;
  return Math.max(...(statuses as number[]));
}

/** Seconds for the `retry-after` header: the longest that any of the errors asks for. */
export function retryAfterOfErrors(errors: readonly GraphQLFormattedError[]): number | undefined {
  const seconds = errors.map(({ extensions }) => Number(extensions?.retryAfter)).filter((value) => value > 0);
  return seconds.length > 0 ? Math.max(...seconds) : undefined;
}

/** Gives the HTTP response the status that its errors deserve. */
export function useHttpStatus(): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ request, response }) {
          if (response.body.kind !== 'single') return;
          const { data, errors } = response.body.singleResult;
          if (data || !errors) return;
          const accept = request.http?.headers.get('accept');
          response.http.status =
            statusOfErrors(errors) ?? statusOfFaults(errors, accept) ?? response.http.status;
          const retryAfter = retryAfterOfErrors(errors);
          if (retryAfter) response.http.headers.set('retry-after', String(retryAfter));
        },
      };
    },
  };
}

/** With plain JSON a request that could be read is 200, whatever is wrong with the operation in it. */
function statusOfFaults(
  errors: readonly GraphQLFormattedError[],
  accept: string | undefined,
): number | undefined {
  if (mediaTypeFor(accept) !== 'application/json') return undefined;
  return errors.every(({ extensions }) => operationFaults.has(String(extensions?.code))) ? 200 : undefined;
}
