import { defaultPolicies } from './default-rules.ts';
import type { EdgeRules, QuotaPolicy } from './edge-rules.ts';

/** What a viewer may do, as far as policies ask. */
export interface CallersRights {
  roles: readonly string[];
  scopes: ReadonlySet<string>;
}

/** Whose policy is asked for. */
export interface PolicyOwner {
  /** The client application that the caller has named itself as; null for none. */
  client: { policyId: string } | null;
  /** The person behind the request; null when nobody is logged in. */
  viewer: CallersRights | null;
}

/**
 * The policy that holds for a caller: the client application's; else, of a viewer, `admin` (by role), `premium` (by the
 * scope `quota:premium`), `service` (by role) or `user`; else `anonymous`.
 */
export function choosePolicy(
  { client, viewer }: PolicyOwner,
  rules: Pick<EdgeRules, 'policies'>,
): QuotaPolicy {
  const ofClient = client && rules.policies.find(({ id }) => id === client.policyId);
  if (ofClient) return ofClient;
  const name = policyNameOf(viewer);
  return rules.policies.find((policy) => policy.name === name) ?? defaultPolicies[name];
}

function policyNameOf(viewer: CallersRights | null): keyof typeof defaultPolicies {
  if (!viewer) return 'anonymous';
  if (viewer.roles.includes('admin')) return 'admin';
  if (viewer.scopes.has('quota:premium')) return 'premium';
  return viewer.roles.includes('service') ? 'service' : 'user';
}
