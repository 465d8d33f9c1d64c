import {
  type Costs,
  compileEstimate,
  evaluate,
  fragmentsOf,
  isIncluded,
  type ValidOperation,
  type Variables,
} from '@kronos/operations';
import { valueFromASTUntyped } from 'graphql';

/** The points that an operation costs at most, with these variables; as gateways estimate it. */
export function estimateCost(
  { schema, document, operation }: ValidOperation,
  given: Variables,
  options: { costs: Costs; assumedListSize: number },
): number {
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  const variables = { ...Object.fromEntries(defaults), ...given };
  const decided = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, Boolean(value)]),
  );
  const { cost } = compileEstimate(operation, {
    schema,
    fragments: fragmentsOf(document),
    isIncluded: (node) => isIncluded(node, decided),
    ...options,
  });
  return Math.ceil(evaluate(cost, variables));
}
