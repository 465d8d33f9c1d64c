import type { CallersRights } from './choose-policy.ts';
import type { AccessPolicy } from './edge-rules.ts';

/** Who asks, as far as access policies go. */
export interface PolicyCaller {
  /** Null when nobody is logged in. */
  viewer: CallersRights | null;
  /** The client application by which they call, by its UUID; null for none. */
  clientId: string | null;
}

/** Whether a caller meets a policy: with any of its roles, with all of its scopes, or as one of its clients. */
export function meetsPolicy(
  { roles, scopes, clientIds }: Pick<AccessPolicy, 'roles' | 'scopes' | 'clientIds'>,
  { viewer, clientId }: PolicyCaller,
): boolean {
  if (clientId !== null && clientIds.includes(clientId)) return true;
  if (!viewer) return false;
  if (viewer.roles.some((role) => roles.includes(role))) return true;
  return scopes.length > 0 && scopes.every((scope) => viewer.scopes.has(scope));
}
