import {
  type AccessCaller,
  type AccessRules,
  compileWithholding,
  findGuards,
  meets,
  type Requirement,
  type ValidOperation,
} from '@kronos/operations';

/** A part of an operation that a caller may not see. */
export interface Denial {
  path: string;
  coordinate: string;
  code: 'UNAUTHENTICATED' | 'FORBIDDEN';
  requiredScopes: string[][];
  requiredPolicies: string[][];
}

/** What an operation asks for, and what of it a caller is denied. */
export interface AccessOfOperation {
  requiredScopes: string[];
  requiredPolicies: string[];
  deniedFields: Denial[];
}

/** Looks at an operation as gateways do, with the rules of the graph. */
export function judgeAccess(
  operation: ValidOperation,
  rules: AccessRules,
  caller: AccessCaller,
): AccessOfOperation {
  const guards = findGuards(operation, rules);
  const requirements = [...guards.values()].flat();
  const withholding = compileWithholding(operation, guards)(({ rule }) => meets(rule, caller));
  return {
    requiredScopes: namesIn(requirements.flatMap(({ rule }) => rule.scopes)),
    requiredPolicies: namesIn(requirements.flatMap(({ rule }) => rule.policies)),
    deniedFields: (withholding?.places ?? []).map(({ path, requirement }) => ({
      path: path.join('.'),
      ...describe(requirement, caller),
    })),
  };
}

function describe({ coordinate, rule }: Requirement, { scopes }: AccessCaller): Omit<Denial, 'path'> {
  const copy = (alternatives: typeof rule.scopes) => alternatives.map((names) => [...names]);
  return {
    coordinate,
    code: rule.isForViewers && scopes === null ? 'UNAUTHENTICATED' : 'FORBIDDEN',
    requiredScopes: copy(rule.scopes),
    requiredPolicies: copy(rule.policies),
  };
}

function namesIn(alternatives: readonly (readonly string[])[]): string[] {
  return [...new Set(alternatives.flat())].sort();
}
