import type { PlannedSubscription } from '@kronos/engine';
import type { GraphQLError } from 'graphql';
import type { InspectOperation } from '../admission/inspect-operation.ts';
import type { GatewayContext } from '../context.ts';
import { unauthenticated } from './authenticate.ts';
import type { AccessPolicies } from './policies.ts';

/** Watches over what subscribers may see for as long as they read. */
export interface PolicyWatch {
  /**
   * Calls back once when a subscriber may see more or less than when the subscription was planned: its plan is for what
   * was decided then.
   *
   * @returns how to stop watching
   */
  watch(
    planned: PlannedSubscription,
    context: GatewayContext,
    onLost: (error: GraphQLError) => void,
  ): () => void;
}

/** Tokens have their own watchers: what they give is the same until they end. */
export function createPolicyWatch(
  policies: Pick<AccessPolicies, 'onChanged'>,
  inspect: InspectOperation,
): PolicyWatch {
  const looks = new Set<() => void>();
  policies.onChanged(() => {
    for (const look of [...looks]) look();
  });

  return {
    watch({ state, operation, withheld }, context, onLost) {
      const { document, node } = operation;
      const { access } = inspect({ schema: state.apiSchema, document, operation: node });
      if (!access?.hasPolicies) return () => undefined;
      const look = () => {
        const decision = access.decide(context);
        if (!decision?.refusal && decision?.withheld.key === withheld?.key) return;
        looks.delete(look);
        onLost(unauthenticated('What you may see has changed: resume after the last cursor.'));
      };
      looks.add(look);
      return () => looks.delete(look);
    },
  };
}
