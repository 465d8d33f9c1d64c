import type { Withheld } from '@kronos/engine';
import {
  type AccessRule,
  type AccessRules,
  compileWithholding,
  findGuards,
  meets,
  type ValidOperation,
} from '@kronos/operations';
import { type GraphQLError, OperationTypeNode } from 'graphql';
import type { Caller } from './caller.ts';
import type { AccessPolicies, PolicyCaller } from './policies.ts';
import { notAllowed, refusal } from './refusals.ts';

/** What becomes of an operation that selects what its caller may not see. */
export type UnauthorizedMode = 'null' | 'refuse';

/** What a caller may not see of an operation. */
export type AccessDecision =
  | { refusal: GraphQLError; withheld?: undefined }
  | { withheld: Withheld; refusal?: undefined };

/** The access rules that one operation falls under. */
export interface OperationAccess {
  /** Whether decisions depend on more than the access token. */
  hasPolicies: boolean;
  /** Undefined when the caller may see all of it. */
  decide(caller: PolicyCaller): AccessDecision | undefined;
}

export interface AccessOptions {
  /** The rules of the version of the graph in which the operation is valid. */
  rules: AccessRules;
  policies: Pick<AccessPolicies, 'grants'>;
  mode: UnauthorizedMode;
}

/** Of the rights that differ for an operation, combinations for which decisions are kept. */
const keptDecisions = 256;

/**
 * Finds what an operation needs.
 *
 * Decisions are made once for each combination of rights that matters, and where no policies do, looked up by the caller.
 *
 * @returns undefined for an operation that everybody may see all of
 */
export function compileAccess(
  operation: ValidOperation,
  options: AccessOptions,
): OperationAccess | undefined {
  const { rules, policies, mode } = options;
  const guards = findGuards(operation, rules);
  if (guards.size === 0) return undefined;
  const withhold = compileWithholding(operation, guards);
  const needed = new Set(
    [...guards.values()].flatMap((requirements) => requirements.map(({ rule }) => rule)),
  );
  const distinct = [...needed];
  const hasPolicies = distinct.some((rule) => rule.policies.length > 0);
  const byRights = new Map<string, AccessDecision | undefined>();
  const byCaller = new WeakMap<Caller, { decision: AccessDecision | undefined }>();
  const isSubscription = operation.operation.operation === OperationTypeNode.SUBSCRIPTION;

  function decideFor(met: ReadonlySet<AccessRule>, asker: Caller['viewer']): AccessDecision | undefined {
    const withholding = withhold(({ rule }) => met.has(rule));
    if (!withholding) return undefined;
    const { fields, places } = withholding;
    // A subscription without its field is none.
    const refused = mode === 'refuse' ? places[0] : isSubscription && places.find(({ isRoot }) => isRoot);
    if (refused) return { refusal: refusal(refused, asker) };
    const errors = places.map((place) => notAllowed(place, asker));
    return { withheld: { key: fields.join(), fields, errors } };
  }

  function decideByRights(asker: PolicyCaller): AccessDecision | undefined {
    const { viewer } = asker.caller;
    const caller = {
      scopes: viewer ? viewer.scopes : null,
      isService: viewer?.isService ?? false,
      grants: (policy: string) => policies.grants(policy, asker),
    };
    const met = new Set<AccessRule>();
    let rights = viewer ? (viewer.isService ? 'service ' : 'known ') : '';
    for (const rule of distinct) {
      const isMet = meets(rule, caller);
      if (isMet) met.add(rule);
      rights += isMet ? '1' : '0';
    }
    if (met.size === distinct.length) return undefined;
    if (!byRights.has(rights)) {
      if (byRights.size >= keptDecisions) byRights.clear();
      byRights.set(rights, decideFor(met, viewer));
    }
    return byRights.get(rights);
  }

  return {
    hasPolicies,
    decide(asker) {
      if (hasPolicies) return decideByRights(asker);
      let known = byCaller.get(asker.caller);
      if (!known) {
        known = { decision: decideByRights(asker) };
        byCaller.set(asker.caller, known);
      }
      return known.decision;
    },
  };
}
