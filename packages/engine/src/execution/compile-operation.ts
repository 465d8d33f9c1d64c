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

export interface CompiledOperation {
  operation: Operation;
  execute: ExecuteOperation;
  /** The variables of @skip and @include for which it is ready, those used last first. */
  readyFor(): Record<string, boolean>[];
  /** Makes it ready for certain variables of @skip and @include before somebody asks. */
  prepareFor(conditions: Record<string, boolean>): Promise<void>;
}

/** An operation with certain values of the variables of @skip and @include. */
interface Variant {
  /** Undefined when nothing is asked from subgraphs. */
  program: Step | undefined;
  shape: Shape;
}

/** Without a plan, the reason: finding out that there is none is as dear as finding one. */
type Prepared = Variant | GraphQLError;

/** Combinations of the variables of @skip and @include that are kept, per operation. */
const keptVariants = 256;
/** Who may try again later does so. */
const forgetRefusalMs = 30_000;

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
): CompiledOperation {
  const { document, node, fragments, conditions } = operation;
  const dataKeyOf = planning.dataKeysFor(document);
  const readVariables = compileVariables(schema, operation);
  const introspect = compileIntrospection(schema, operation);
  const variants = new Lru<string, Prepared | Promise<Prepared>>(keptVariants);

  async function compile(variables: Record<string, unknown>): Promise<Variant> {
    const plan = await planning.plan(operation, dataKeyOf, variables);
    if (plan.node?.kind === 'Subscription') throw new Error('A subscription is not executed as a query.');
    assertPlanned(plan, { operation: node, fragments, variables });
    return {
      program: plan.node && compileProgram(plan.node, planning),
      shape: compileShape(schema, operation, dataKeyOf, variables),
    };
  }

  /** All who ask for a variant while it is prepared wait for the same. */
  function prepare(key: string, variables: Record<string, unknown>): Promise<Prepared> {
    const preparing = compile(variables).catch((error: unknown): Prepared => {
      if (error instanceof GraphQLError) return error;
      throw error;
    });
    variants.set(key, preparing);
    preparing.then(
      (prepared) => {
        variants.set(key, prepared);
        if (prepared instanceof GraphQLError && prepared.extensions.retryAfter) {
          setTimeout(() => variants.delete(key), forgetRefusalMs).unref();
        }
      },
      () => variants.delete(key),
    );
    return preparing;
  }

  function variantFor(variables: Record<string, unknown>): Prepared | Promise<Prepared> {
    const key = conditions.map((name) => (variables[name] ? '1' : '0')).join('');
    return variants.get(key) ?? prepare(key, variables);
  }

  const execute: ExecuteOperation = async (given, context) => {
    const { errors, coerced } = readVariables(given);
    if (errors) return { errors };
    const found = variantFor(coerced);
    const variant = found instanceof Promise ? await found : found;
    if (variant instanceof GraphQLError) return { errors: [variant] };
    const run = startRun(toPlannedVariables(operation, given), context);
    await variant.program?.(run);
    return variant.shape(run, introspect?.(coerced));
  };

  return {
    operation,
    execute,
    readyFor: () =>
      variants
        .recentKeys()
        .map((key) => Object.fromEntries(conditions.map((name, index) => [name, key[index] === '1']))),
    async prepareFor(values) {
      await variantFor(values);
    },
  };
}
