import { type AccessPolicy, meetsPolicy } from '@kronos/edge-rules';
import type { GatewayContext } from '../context.ts';
import type { HeldRules } from '../rules/hold-rules.ts';

/** Who has to meet a policy. */
export type PolicyCaller = Pick<GatewayContext, 'caller' | 'client'>;

/** The policies that `@policy` names. */
export interface AccessPolicies {
  /** Whether a caller meets a policy; one that nobody has defined is met by nobody. */
  grants(policy: string, caller: PolicyCaller): boolean;
  /** Calls back whenever a policy may be another than before. */
  onChanged(listener: () => void): void;
}

/** What the configuration says of a policy. */
export type ConfiguredPolicies = Readonly<Record<string, Pick<AccessPolicy, 'roles' | 'scopes'>>>;

/**
 * The policies of the router, and those of the gateway's own configuration, which a foreign graph needs. A caller meets a
 * policy with any of its roles, with all of its scopes, or as one of its clients. Where both define one, the router's holds.
 */
export function createAccessPolicies(
  rules: Pick<HeldRules, 'current' | 'onChanged'>,
  configured: ConfiguredPolicies,
): AccessPolicies {
  const listeners = new Set<() => void>();
  let known = read();
  rules.onChanged(() => {
    known = read();
    for (const listener of listeners) listener();
  });

  function read(): ReadonlyMap<string, AccessPolicy> {
    const own = Object.entries(configured).map(([name, policy]) => ({ ...policy, name, clientIds: [] }));
    return new Map([...own, ...rules.current.rules.accessPolicies].map((policy) => [policy.name, policy]));
  }

  return {
    grants(name, { caller: { viewer }, client }) {
      const policy = known.get(name);
      return (
        policy !== undefined && meetsPolicy(policy, { viewer: viewer ?? null, clientId: client?.id ?? null })
      );
    },
    onChanged(listener) {
      listeners.add(listener);
    },
  };
}
