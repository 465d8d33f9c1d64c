import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { isIncluded } from '@kronos/operations';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { assertPlanned } from '../assert-planned.ts';
import type { RunOptions } from '../execution/compile-operation.ts';
import { startRun } from '../execution/run.ts';
import { Lru } from '../lru.ts';
import type { Operation } from '../plan/operation.ts';
import { toPlannedVariables } from '../plan/planned-document.ts';
import type { Planning } from '../plan/planning.ts';
import { compileVariables } from '../plan/variables.ts';
import { findWithheld, type Withheld, type WithheldFields, withReasons } from '../plan/withheld.ts';
import { compileIntrospection } from '../shape/introspect.ts';
import { type CompileMeasure, createRootMeasure } from '../shape/measure.ts';
import { RawJson } from '../shape/raw-json.ts';
import { selectedKeys } from '../shape/selection.ts';
import {
  type Answer,
  compileRootShape,
  createShaping,
  createWholeShaping,
  type Shape,
} from '../shape/shape.ts';
import { type CompiledBlocks, type StartBlocks, startBlocks } from './blocks.ts';
import { decideDeferrals, deferConditions } from './deferral.ts';
import { type CompiledSite, deliver } from './deliver.ts';
import { createInstanceSearch, type FindInstances } from './instances.ts';
import { interruptAfter, isInterruption } from './interrupt.ts';
import type { Parts } from './parts.ts';
import { compilePlannedBlocks } from './planned-blocks.ts';
import { compileShapePart } from './shape-part.ts';
import { createSites, type DeferringOperation, rootPath, type Site } from './sites.ts';
import { splitIntoBlocks } from './split-blocks.ts';

/** An answer, and the parts that follow it. */
export interface AnswerInParts {
  answer: Answer;
  /** Undefined when nothing follows. */
  parts?: AsyncGenerator<Parts, void>;
}

/**
 * Runs an operation up to the first part of its answer.
 *
 * @returns undefined when nothing of it is deferred, or when it cannot be: it is to be answered whole
 */
export type ExecuteInParts = (
  variables: Record<string, unknown>,
  context: Record<string, unknown>,
  options?: RunOptions,
) => Promise<AnswerInParts | undefined>;

/** An operation with certain values of the variables that decide what is included and deferred, and what is withheld. */
interface Variant {
  start: StartBlocks;
  shape: Shape;
  measure: ReturnType<typeof createRootMeasure>;
  findFirst: FindInstances;
  compiled(site: Site): CompiledSite;
}

/** Combinations of the variables of @skip, @include and @defer, and of what is withheld, that are kept, per operation. */
const keptVariants = 64;
/** The longest that planning parts may keep others from the event loop. It takes some milliseconds, or for ever. */
const planningMs = 2_000;
/** What took too long to plan may not next time. */
const forgetRefusalMs = 30_000;

/**
 * Makes an operation ready to be answered in parts. Each combination of the variables that decide is planned and compiled
 * when it first occurs.
 *
 * @param schema what clients know
 * @param compileMeasure what is counted of the data; nothing when omitted
 */
export function compileDeferred(
  schema: GraphQLSchema,
  planning: Planning,
  operation: Operation,
  compileMeasure?: CompileMeasure,
): ExecuteInParts {
  const { document, node, fragments } = operation;
  const dataKeyOf = planning.dataKeysFor(document);
  const readVariables = compileVariables(schema, operation);
  const introspect = compileIntrospection(schema, operation);
  const conditions = [...operation.conditions, ...deferConditions(operation)];
  const rootType = schema.getRootType(node.operation)!;
  const variants = new Lru<string, Promise<Variant | null>>(keptVariants);

  /**
   * By the planner's own plan for parts; where it has none, by what the fetches of the plan for the whole are for. Where
   * subgraphs know an interface as an object the planner is not asked: it may not come back.
   */
  async function compileBlocks(
    deferring: DeferringOperation,
    variables: Record<string, unknown>,
    withheld: WithheldFields,
  ): Promise<CompiledBlocks> {
    const isSerial = node.operation === 'mutation';
    const inParts =
      planning.vagueTypes === null ? await planInParts(deferring, variables, withheld) : undefined;
    if (inParts) return compilePlannedBlocks(inParts.node as PlanNode | undefined, planning, isSerial);
    const plan = await planning.plan(operation, dataKeyOf, variables, { withheld });
    assertPlanned(plan, { operation: node, fragments, variables, withheld });
    return splitIntoBlocks(plan.node as PlanNode | undefined, planning, deferring, isSerial);
  }

  /** Undefined where the planner has no plan, as for requirements of fields further below what is deferred. */
  async function planInParts(
    { planned }: DeferringOperation,
    variables: Record<string, unknown>,
    withheld: WithheldFields,
  ): Promise<QueryPlan | undefined> {
    try {
      // What is withheld is not in it any more.
      const plan = await interruptAfter(planningMs, () =>
        planning.plan(planned, dataKeyOf, variables, { keepsDefer: true }),
      );
      assertPlanned(plan, { operation: node, fragments, variables, withheld });
      return plan;
    } catch (error) {
      if (error instanceof GraphQLError || isInterruption(error)) return undefined;
      throw error;
    }
  }

  async function compile(
    variables: Record<string, unknown>,
    given: Withheld | undefined,
  ): Promise<Variant | null> {
    const withheld = findWithheld(document, given);
    const deferralOf = decideDeferrals(operation, variables);
    const tellsTypes = planning.vagueTypes !== null;
    const deferring = createSites(operation, { deferralOf, dataKeyOf, variables, withheld, tellsTypes });
    if (!deferring) return null;
    const blocks = await compileBlocks(deferring, variables, withheld);
    const shaping = createShaping(
      schema,
      operation,
      dataKeyOf,
      (selection) => isIncluded(selection, variables) && !deferralOf(selection),
      withheld,
    );
    const whole = createWholeShaping(schema, operation, dataKeyOf, variables, withheld);
    const searchIn = createInstanceSearch(shaping, deferralOf);
    const selected = selectedKeys(node.selectionSet, shaping.selection);
    const sites = new Map<Site, CompiledSite>();
    return {
      start: (run) => startBlocks(blocks, run),
      shape: compileRootShape(shaping, operation),
      measure: createRootMeasure(whole, operation, compileMeasure),
      findFirst: searchIn(deferring.sites, node.selectionSet, rootPath),
      compiled(site) {
        let found = sites.get(site);
        if (!found) {
          const findInside = searchIn(site.inner, site.selectionSet, site.path);
          found = { shape: compileShapePart(shaping, site, selected), findInside };
          sites.set(site, found);
        }
        return found;
      },
    };
  }

  /** All who ask for a variant while it is prepared wait for the same. */
  function variantFor(
    variables: Record<string, unknown>,
    withheld: Withheld | undefined,
  ): Promise<Variant | null> {
    const bits = conditions.map((name) => (variables[name] === true ? '1' : '0')).join('');
    const key = withheld ? `${bits} ${withheld.key}` : bits;
    let found = variants.get(key);
    if (!found) {
      // What the planner cannot do in parts it can do whole, or it says why not.
      found = compile(variables, withheld).catch((error: unknown) => {
        if (!(error instanceof GraphQLError)) throw error;
        if (error.extensions.retryAfter) setTimeout(() => variants.delete(key), forgetRefusalMs).unref();
        return null;
      });
      variants.set(key, found);
      found.catch(() => variants.delete(key));
    }
    return found;
  }

  return async (given, context, { withheld, onMeasured } = {}) => {
    const { errors, coerced } = readVariables(given);
    // Whoever answers it whole says what is wrong.
    if (errors) return undefined;
    const variant = await variantFor(coerced, withheld);
    if (!variant) return undefined;
    const run = startRun(toPlannedVariables(operation, given), context);
    const blocks = variant.start(run);
    await blocks.primary.done;
    const introspection = introspect?.(coerced);
    const { data, problems } = run;
    const answer = withReasons(variant.shape({ data, problems }, introspection), withheld);
    const measured = () => {
      if (variant.measure && onMeasured) onMeasured(variant.measure(run.data, coerced));
    };
    if (answer.data === null) {
      measured();
      return { answer };
    }
    const root = { object: run.data, type: rootType, path: [], dataPath: [] };
    const completed = answer.data instanceof RawJson ? undefined : answer.data;
    const first = variant.findFirst([{ ...root, completed }]);
    if (first.size === 0) {
      measured();
      return { answer };
    }
    const { compiled } = variant;
    return {
      answer,
      parts: thenMeasured(deliver({ run, blocks, compiled, introspection }, first), measured),
    };
  };
}

/** The same parts; whether they are read to their end or left, what there is by then is measured. */
async function* thenMeasured(
  parts: AsyncGenerator<Parts, void>,
  measured: () => void,
): AsyncGenerator<Parts, void> {
  try {
    yield* parts;
  } finally {
    measured();
  }
}
