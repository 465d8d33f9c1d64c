import { GraphQLError, type GraphQLSchema } from 'graphql';
import { assertPlanned } from '../assert-planned.ts';
import { Lru } from '../lru.ts';
import type { Operation } from '../plan/operation.ts';
import { toPlannedVariables } from '../plan/planned-document.ts';
import type { Planning } from '../plan/planning.ts';
import { compileVariables } from '../plan/variables.ts';
import { compileIntrospection } from '../shape/introspect.ts';
import { type Answer, compileShape, type Shape } from '../shape/shape.ts';
import { compileProgram } from './program.ts';
import { type Step, startRun } from './run.ts';

/** An operation that is ready to run. */
export type ExecuteOperation = (
  variables: Record<string, unknown>,
  context: Record<string, unknown>,
) => Promise<Answer | { errors: readonly GraphQLError[] }>;

/** An operation with certain values of the variables of @skip and @include. */
interface Variant {
  /** Undefined when nothing is asked from subgraphs. */
  program: Step | undefined;
  shape: Shape;
}

/** Combinations of the variables of @skip and @include that are kept, per operation. */
const keptVariants = 256;

/**
 * Makes a query or a mutation ready to run. Each combination of the variables of @skip and @include that occurs is planned
 * and compiled when it first does.
 *
 * @param schema what clients know
 */
export function compileOperation(
  schema: GraphQLSchema,
  planning: Planning,
  operation: Operation,
): ExecuteOperation {
  const { document, node, fragments, conditions } = operation;
  const dataKeyOf = planning.dataKeysFor(document);
  const readVariables = compileVariables(schema, operation);
  const introspect = compileIntrospection(schema, operation);
  const variants = new Lru<string, Variant | GraphQLError>(keptVariants);

  function compile(variables: Record<string, unknown>): Variant {
    const plan = planning.plan(operation, dataKeyOf, variables);
    if (plan.node?.kind === 'Subscription') throw new Error('A subscription is not executed as a query.');
    assertPlanned(plan, { operation: node, fragments, variables });
    return {
      program: plan.node && compileProgram(plan.node, planning),
      shape: compileShape(schema, operation, dataKeyOf, variables),
    };
  }

  function variantFor(variables: Record<string, unknown>): Variant | GraphQLError {
    const key = conditions.map((name) => (variables[name] ? '1' : '0')).join('');
    let variant = variants.get(key);
    if (!variant) {
      try {
        variant = compile(variables);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        // Kept as well: finding out that there is no plan is as dear as finding one.
        variant = error;
      }
      variants.set(key, variant);
    }
    return variant;
  }

  return async (given, context) => {
    const { errors, coerced } = readVariables(given);
    if (errors) return { errors };
    const variant = variantFor(coerced);
    if (variant instanceof GraphQLError) return { errors: [variant] };
    const run = startRun(toPlannedVariables(operation, given), context);
    await variant.program?.(run);
    return variant.shape(run, introspect?.(coerced));
  };
}
