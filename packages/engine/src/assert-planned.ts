import type { QueryPlan } from '@apollo/query-planner';
import { isIncluded } from '@kronos/operations';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, type SelectionNode } from 'graphql';
import { codedError } from './coded-error.ts';
import type { WithheldFields } from './plan/withheld.ts';

export interface PlannedOperation {
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
  /** Fields that are not executed; none when omitted. */
  withheld?: WithheldFields;
}

/**
 * Refuses an operation that selects data and for which the planner found nothing to fetch, e.g. through an interface
 * object that no subgraph resolves: executed, it would be silent nulls.
 *
 * @throws a coded error OPERATION_NOT_PLANNABLE
 */
export function assertPlanned(plan: QueryPlan, planned: PlannedOperation): void {
  if (plan.node || !planned.operation.selectionSet.selections.some((node) => selectsData(node, planned)))
    return;
  throw codedError('No subgraph can resolve what this operation selects.', {
    code: 'OPERATION_NOT_PLANNABLE',
  });
}

function selectsData(node: SelectionNode, planned: PlannedOperation): boolean {
  if (!isIncluded(node, planned.variables)) return false;
  if (node.kind === Kind.FIELD) return !node.name.value.startsWith('__') && !planned.withheld?.has(node);
  const selectionSet =
    node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet : planned.fragments[node.name.value]?.selectionSet;
  return selectionSet?.selections.some((child) => selectsData(child, planned)) ?? false;
}
