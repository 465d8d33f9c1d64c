import {
  type Costs,
  compileEstimate,
  type Estimate,
  evaluate,
  findConditions,
  findListFault,
  fragmentsOf,
  isIncluded,
  type ListFault,
  mutationCost,
  type ValidOperation,
  type Variables,
} from '@kronos/operations';
import { OperationTypeNode, valueFromASTUntyped } from 'graphql';

/** What one operation costs, for whatever variables it comes with. */
export interface OperationCost {
  /** What it costs whatever data it gives. */
  base: number;
  /** What it costs at most. @param given the client's variables, unchecked */
  estimate(given: Variables): number;
  /** A list of it that is too long, or nobody says how long. */
  listFault(given: Variables, maxListSize: number): ListFault | undefined;
}

export interface OperationCostOptions {
  costs: Costs;
  assumedListSize: number;
}

/** Combinations of the variables of `@skip` and `@include` for which estimates are kept. */
const keptEstimates = 64;

/** Compiles the estimate of an operation: each combination of what is included when it first occurs. */
export function compileOperationCost(
  { schema, document, operation }: ValidOperation,
  { costs, assumedListSize }: OperationCostOptions,
): OperationCost {
  const fragments = fragmentsOf(document);
  const conditions = [...findConditions(document, operation)];
  const defaults = defaultsOf(operation.variableDefinitions ?? []);
  const estimates = new Map<string, Estimate>();
  const withDefaults = (given: Variables) => (defaults ? { ...defaults, ...given } : given);

  function estimateFor(variables: Variables): Estimate {
    const bits = conditions.map((name) => (variables[name] ? '1' : '0')).join('');
    let estimate = estimates.get(bits);
    if (!estimate) {
      if (estimates.size >= keptEstimates) estimates.clear();
      // What is no boolean is refused where the variables are checked.
      const decided = Object.fromEntries(conditions.map((name) => [name, Boolean(variables[name])]));
      estimate = compileEstimate(operation, {
        schema,
        fragments,
        isIncluded: (node) => isIncluded(node, decided),
        costs,
        assumedListSize,
      });
      estimates.set(bits, estimate);
    }
    return estimate;
  }

  return {
    base: operation.operation === OperationTypeNode.MUTATION ? mutationCost : 0,
    estimate(given) {
      const variables = withDefaults(given);
      return evaluate(estimateFor(variables).cost, variables);
    },
    listFault(given, maxListSize) {
      const variables = withDefaults(given);
      const { slicedFields } = estimateFor(variables);
      return slicedFields.length > 0 ? findListFault(slicedFields, variables, maxListSize) : undefined;
    },
  };
}

function defaultsOf(
  definitions: NonNullable<ValidOperation['operation']['variableDefinitions']>,
): Variables | undefined {
  const defaults = definitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  return defaults.length > 0 ? Object.fromEntries(defaults) : undefined;
}
