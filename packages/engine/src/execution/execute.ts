import type { PlanNode } from '@apollo/query-planner';
import { type GraphQLError, type GraphQLSchema, getVariableValues } from 'graphql';
import { assertPlanned } from '../assert-planned.ts';
import { codedError } from '../coded-error.ts';
import type { Operation } from '../plan/operation.ts';
import { plannedVariable } from '../plan/planned-document.ts';
import type { Planning } from '../plan/planning.ts';
import { type Answer, createShapes } from '../shape/shape.ts';
import { Problems } from './problems.ts';
import { compileProgram } from './program.ts';
import type { DataObject, Run } from './run.ts';

/** An operation that is ready to run. */
export type ExecuteOperation = (
  variables: Record<string, unknown>,
  context: Record<string, unknown>,
) => Promise<Answer | { errors: readonly GraphQLError[] }>;

/**
 * Plans and compiles a query or a mutation.
 *
 * @param schema what clients know
 * @throws when the planner refuses the operation
 */
export function compileOperation(
  schema: GraphQLSchema,
  planning: Planning,
  operation: Operation,
): ExecuteOperation {
  const plan = planning.plan(operation.document, operation.node.name?.value);
  if (plan.node?.kind === 'Subscription') throw new Error('A subscription is not executed as a query.');
  const program = plan.node && compileProgram(plan.node as PlanNode, planning);
  const shapeFor = createShapes(schema, operation, planning.dataKeyOf);
  const readVariables = compileVariables(schema, operation);

  return async (given, context) => {
    const { errors, coerced } = readVariables(given);
    if (errors) return { errors };
    if (!program)
      assertPlanned(plan, { operation: operation.node, fragments: operation.fragments, variables: coerced });
    const run = startRun({}, toPlannedVariables(operation, given), coerced, context);
    await program?.(run);
    return shapeFor(coerced)(run);
  };
}

/** A run at its beginning. */
export function startRun(
  data: DataObject,
  variables: Record<string, unknown>,
  coerced: Record<string, unknown>,
  context: Record<string, unknown>,
): Run {
  return {
    data,
    variables,
    conditions: coerced,
    request: { context, headers: new Map() },
    problems: new Problems(),
    shared: null,
  };
}

/** The client's variables under the names that the planned operation has for them. */
export function toPlannedVariables(
  { node }: Operation,
  variables: Record<string, unknown>,
): Record<string, unknown> {
  const isRenamed = node.variableDefinitions?.some(
    ({ variable: { name } }) => plannedVariable(name.value) !== name.value,
  );
  if (!isRenamed) return variables;
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [plannedVariable(name), value]));
}

type Variables =
  | { errors: readonly GraphQLError[]; coerced?: undefined }
  | { errors?: undefined; coerced: Record<string, unknown> };

/** Checks variables against the operation, and gives them with defaults. */
export function compileVariables(
  schema: GraphQLSchema,
  { node, conditions }: Operation,
): (given: Record<string, unknown>) => Variables {
  const definitions = node.variableDefinitions ?? [];
  if (definitions.length === 0) return () => ({ coerced: none });
  return (given) => {
    const { errors, coerced } = getVariableValues(schema, definitions, given);
    if (errors) return { errors };
    // A nullable variable with a default passes validation here, and null is neither yes nor no.
    const unclear = conditions.find((name) => typeof coerced[name] !== 'boolean');
    if (unclear === undefined) return { coerced };
    return {
      errors: [
        codedError(`Variable "$${unclear}" decides what is included: it must not be null.`, {
          code: 'BAD_USER_INPUT',
        }),
      ],
    };
  };
}

const none = Object.freeze(Object.create(null)) as Record<string, unknown>;
