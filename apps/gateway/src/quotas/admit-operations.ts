import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from '../context.ts';

/** What an operation takes before it is executed, in points. */
export const operationPoints = 1;

/** Takes the points of an operation that Apollo Server has found valid, and refuses it when there are too few. */
export function admitOperations(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ contextValue }) {
          await contextValue.account?.admit(operationPoints);
        },
      };
    },
  };
}
