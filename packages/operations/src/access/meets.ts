import type { AccessRule, Alternatives } from './rules.ts';

/** Who wants to use something, as far as access rules ask. */
export interface AccessCaller {
  /** The scopes of whoever is logged in; null when nobody is. */
  scopes: ReadonlySet<string> | null;
  /** Whether it is a service, which no person stands behind: it meets rules by its scopes alone. */
  isService?: boolean;
  /** Whether the caller meets a policy; one that is not known is met by nobody. */
  grants(policy: string): boolean;
}

/** Whether a caller meets a rule. */
export function meets({ isForViewers, scopes, policies }: AccessRule, caller: AccessCaller): boolean {
  if (isForViewers && !caller.scopes) return false;
  if (isForViewers && caller.isService && scopes.length === 0) return false;
  return (
    hasOne(scopes, (scope) => caller.scopes?.has(scope) === true) &&
    hasOne(policies, (policy) => caller.grants(policy))
  );
}

function hasOne(alternatives: Alternatives, has: (name: string) => boolean): boolean {
  return alternatives.length === 0 || alternatives.some((needed) => needed.every(has));
}
