import { codedError, type PlannedSubscription } from '@kronos/engine';
import type { GraphQLError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { HeldRules } from '../rules/hold-rules.ts';
import type { Asker, Safelist } from './safelist.ts';

/** Watches over what subscribers may send for as long as they read. */
export interface SafelistWatch {
  /**
   * Calls back once when the document of a stream may be sent no more: its client is held to its list from now on, or the
   * document was taken from the list.
   *
   * @returns how to stop watching
   */
  watch(
    planned: Pick<PlannedSubscription, 'queryHash'>,
    context: Pick<GatewayContext, 'caller' | 'client' | 'route'>,
    onLost: (error: GraphQLError) => void,
  ): () => void;
}

/** Clients whose keys are good no more have their own watcher. */
export function createSafelistWatch(
  rules: Pick<HeldRules, 'current' | 'onChanged'>,
  safelist: Pick<Safelist, 'refusal'>,
): SafelistWatch {
  const looks = new Set<() => void>();
  rules.onChanged(() => {
    for (const look of [...looks]) look();
  });

  /** A caller as their client is now: contexts have it as it was. */
  function askerNow({ caller, client, route }: Pick<GatewayContext, 'caller' | 'client' | 'route'>): Asker {
    const current = client && rules.current.clientOfKey(client.keyHash, Date.now());
    return { caller, client: current ?? client, route };
  }

  return {
    watch({ queryHash: hash }, context, onLost) {
      const look = () => {
        if (!looks.has(look) || !safelist.refusal(askerNow(context), hash)) return;
        looks.delete(look);
        onLost(
          codedError('Only stored operations may be sent here from now on, and this one is not stored.', {
            code: 'OPERATION_NOT_ALLOWED',
            details: { hash },
          }),
        );
      };
      looks.add(look);
      // The rules may have changed while the subscription was planned.
      queueMicrotask(look);
      return () => looks.delete(look);
    },
  };
}
