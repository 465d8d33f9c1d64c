import { GraphQLError, type GraphQLSchema } from 'graphql';
import { assertPlanned } from '../assert-planned.ts';
import { Lru } from '../lru.ts';
import type { Operation } from '../plan/operation.ts';
import { toPlannedVariables } from '../plan/planned-document.ts';
import type { Planning } from '../plan/planning.ts';
import { compileVariables } from '../plan/variables.ts';
import { findWithheld, type Withheld, withReasons } from '../plan/withheld.ts';
import { compileIntrospection } from '../shape/introspect.ts';
import { type CompileMeasure, createRootMeasure } from '../shape/measure.ts';
import { type Answer, compileRootShape, createWholeShaping, type Shape } from '../shape/shape.ts';
import { compileProgram } from './program.ts';
import { type Step, startRun } from './run.ts';

/** How one run of an operation differs from others. */
export interface RunOptions {
  /** What is withheld from who asks; nothing when omitted. */
  withheld?: Withheld;
  /** Is told what the data comes to, when something is measured and all of the data is there. */
  onMeasured?(measured: number): void;
}

/** An operation that is ready to run. */
export type ExecuteOperation = (
  variables: Record<string, unknown>,
  context: Record<string, unknown>,
  options?: RunOptions,
) => Promise<Answer | { errors: readonly GraphQLError[] }>;

export interface CompiledOperation {
  operation: Operation;
  execute: ExecuteOperation;
  /** The variables of @skip and @include for which it is ready with nothing withheld, those used last first. */
  readyFor(): Record<string, boolean>[];
  /** Makes it ready for certain variables of @skip and @include before somebody asks. */
  prepareFor(conditions: Record<string, boolean>): Promise<void>;
}

/** An operation with certain values of the variables of @skip and @include, of which certain fields are withheld. */
interface Variant {
  /** Undefined when nothing is asked from subgraphs. */
  program: Step | undefined;
  shape: Shape;
  measure: ReturnType<typeof createRootMeasure>;
}

/** Without a plan, the reason: finding out that there is none is as dear as finding one. */
type Prepared = Variant | GraphQLError;

/** Combinations of the variables of @skip and @include, and of what is withheld, that are kept, per operation. */
const keptVariants = 256;
/** Who may try again later does so. */
const forgetRefusalMs = 30_000;

/**
 * Makes a query or a mutation ready to run. Each combination of the variables of @skip and @include that occurs is planned
 * and compiled when it first does.
 *
 * @param schema what clients know
 * @param compileMeasure what is counted of the data; nothing when omitted
 */
export function compileOperation(
  schema: GraphQLSchema,
  planning: Planning,
  operation: Operation,
  compileMeasure?: CompileMeasure,
): CompiledOperation {
  const { document, node, fragments, conditions } = operation;
  const dataKeyOf = planning.dataKeysFor(document);
  const readVariables = compileVariables(schema, operation);
  const introspect = compileIntrospection(schema, operation);
  const variants = new Lru<string, Prepared | Promise<Prepared>>(keptVariants);

  async function compile(variables: Record<string, unknown>, given: Withheld | undefined): Promise<Variant> {
    const withheld = findWithheld(document, given);
    const plan = await planning.plan(operation, dataKeyOf, variables, { withheld });
    if (plan.node?.kind === 'Subscription') throw new Error('A subscription is not executed as a query.');
    assertPlanned(plan, { operation: node, fragments, variables, withheld });
    const shaping = createWholeShaping(schema, operation, dataKeyOf, variables, withheld);
    return {
      program: plan.node && compileProgram(plan.node, planning),
      shape: compileRootShape(shaping, operation),
      measure: createRootMeasure(shaping, operation, compileMeasure),
    };
  }

  /** All who ask for a variant while it is prepared wait for the same. */
  function prepare(
    key: string,
    variables: Record<string, unknown>,
    withheld: Withheld | undefined,
  ): Promise<Prepared> {
    const preparing = compile(variables, withheld).catch((error: unknown): Prepared => {
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

  function variantFor(variables: Record<string, unknown>, withheld?: Withheld): Prepared | Promise<Prepared> {
    const bits = conditions.map((name) => (variables[name] ? '1' : '0')).join('');
    const key = withheld ? `${bits} ${withheld.key}` : bits;
    return variants.get(key) ?? prepare(key, variables, withheld);
  }

  const execute: ExecuteOperation = async (given, context, { withheld, onMeasured } = {}) => {
    const { errors, coerced } = readVariables(given);
    if (errors) return { errors };
    const found = variantFor(coerced, withheld);
    const variant = found instanceof Promise ? await found : found;
    if (variant instanceof GraphQLError) return { errors: [variant] };
    const run = startRun(toPlannedVariables(operation, given), context);
    await variant.program?.(run);
    const answer = withReasons(variant.shape(run, introspect?.(coerced)), withheld);
    if (variant.measure && onMeasured) onMeasured(variant.measure(run.data, coerced));
    return answer;
  };

  return {
    operation,
    execute,
    readyFor: () =>
      variants
        .recentKeys()
        .filter((key) => !key.includes(' '))
        .map((key) => Object.fromEntries(conditions.map((name, index) => [name, key[index] === '1']))),
    async prepareFor(values) {
      await variantFor(values);
    },
  };
}
