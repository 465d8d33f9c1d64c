import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from '../context.ts';
import { requestScope } from '../errors/request-scope.ts';

/**
 * Writes a line for each operation that is answered with errors, by which its client, its trace and the lines of subgraphs
 * are found from the request id that the errors quote. What those who send too much are told is only counted.
 */
export function logFailures(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ operation, queryHash, response: { body } }) {
          const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
          if (!errors?.length) return;
          const codes = [...new Set(errors.map(({ extensions }) => String(extensions?.code)))];
          if (codes.includes('RATE_LIMITED')) return;
          const details = {
            codes,
            operation: operation?.name?.value,
            operationType: operation?.operation,
            documentHash: queryHash,
            path: errors[0]?.path,
          };
          requestScope.getStore()?.logger.info(details, 'an operation was answered with errors');
        },
      };
    },
  };
}
