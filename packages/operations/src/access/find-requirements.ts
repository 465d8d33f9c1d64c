import { findGuards, type Requirement, type ValidOperation } from './find-guards.ts';
import type { AccessRules } from './rules.ts';

/** The rules that an operation falls under, each once. */
export function findRequirements(operation: ValidOperation, rules: AccessRules): Requirement[] {
  const found = new Map<string, Requirement>();
  for (const requirements of findGuards(operation, rules).values()) {
    for (const requirement of requirements) found.set(requirement.coordinate, requirement);
  }
  return [...found.values()];
}
