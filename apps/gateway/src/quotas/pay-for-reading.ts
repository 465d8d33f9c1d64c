import type { GraphqlServer } from '../graphql-server.ts';

/**
 * A server that reads nothing of a caller who has no points left. What it reads and refuses has its price, too: otherwise
 * anybody could keep it busy with nonsense for nothing.
 */
export function payForReading(server: GraphqlServer): GraphqlServer {
  return {
    async executeHTTPGraphQLRequest({ httpGraphQLRequest, context }) {
      const contextValue = await context();
      const { account } = contextValue;
      await account?.enter();
      const answer = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: async () => contextValue,
      });
      account?.close();
      return answer;
    },
  };
}
