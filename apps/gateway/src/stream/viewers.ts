import type { GraphQLError } from 'graphql';
import { unauthenticated } from '../access/authenticate.ts';
import { credentialsOf, type Viewer } from '../access/caller.ts';
import { endedMessage } from '../access/refusals.ts';
import type { Revocations } from '../access/revocations.ts';
import type { RightsChanges } from '../access/rights-changes.ts';

/** Watches over viewers for as long as they read. */
export interface Viewers {
  /**
   * Calls back once with the reason when a viewer may read no more: their token has expired, their session was ended, or
   * they have lost a right that their token still claims.
   *
   * @returns how to stop watching
   */
  watch(viewer: Viewer | null, onLost: (error: GraphQLError) => void): () => void;
}

type Watch = { viewer: Viewer; lose(message: string): void };

/** setTimeout fires at once for anything longer. */
const maxTimerMs = 2 ** 31 - 1;
/** Node keeps a list for each length of timers until that time is over: lengths are few when they are rounded up. */
const timerStepMs = 250;

export function createViewers(revocations: Revocations, rightsChanges: RightsChanges): Viewers {
  /** By session, API token, impersonation: whatever the token ends with. */
  const byCredential = new Map<string, Set<Watch>>();
  /** By the user, by the OAuth client that the token was given to, and by who acts under the user's name. */
  const byHolder = new Map<string, Set<Watch>>();

  revocations.onRevoked((id) => {
    for (const watch of [...(byCredential.get(id) ?? [])]) watch.lose(endedMessage(watch.viewer));
  });
  rightsChanges.onChanged((id) => {
    for (const watch of [...(byHolder.get(id) ?? [])]) {
      if (!rightsChanges.claimsTooMuch(watch.viewer)) continue;
      watch.lose('Your rights have changed: refresh the access token and resume after the last cursor.');
    }
  });

  return {
    watch(viewer, onLost) {
      if (!viewer) return () => undefined;
      const { userId, clientId, impersonation } = viewer;
      const holders = new Set([userId, clientId ?? userId, impersonation?.actorId ?? userId]);
      const credentials = credentialsOf(viewer);
      const stop = () => {
        clearTimeout(timer);
        for (const id of credentials) removeFrom(byCredential, id, watch);
        for (const id of holders) removeFrom(byHolder, id, watch);
      };
      const watch: Watch = {
        viewer,
        lose(message) {
          stop();
          onLost(unauthenticated(message));
        },
      };
      const msLeft = Math.max(0, viewer.tokenExp * 1_000 - Date.now());
      const timer = setTimeout(
        () => watch.lose('The access token has expired: refresh it and resume after the last cursor.'),
        Math.min(maxTimerMs, Math.ceil(msLeft / timerStepMs) * timerStepMs),
      ).unref();
      for (const id of credentials) addTo(byCredential, id, watch);
      for (const id of holders) addTo(byHolder, id, watch);
      return stop;
    },
  };
}

function addTo(index: Map<string, Set<Watch>>, key: string, watch: Watch): void {
  const watches = index.get(key);
  if (watches) watches.add(watch);
  else index.set(key, new Set([watch]));
}

function removeFrom(index: Map<string, Set<Watch>>, key: string, watch: Watch): void {
  const watches = index.get(key);
  watches?.delete(watch);
  if (watches?.size === 0) index.delete(key);
}
