import {
  type DocumentNode,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  print,
  validate,
  visit,
} from 'graphql';
import { type PartsSlot, partsSlot } from '../../defer/parts.ts';
import { createEngine } from '../../engine.ts';
import { compareAnswers, type Difference } from './compare.ts';
import { compareParts } from './compare-parts.ts';
import { readGraph } from './graph.ts';
import { type Guarded, guardDocument, withhold, withoutWithheld } from './guard.ts';
import { type Execution, type Host, startHost } from './host.ts';
import { executePlainly } from './oracle.ts';
import { type AnswerInParts, executePartsPlainly } from './oracle-parts.ts';
import { readParts } from './read-parts.ts';
import { createWorld, type World } from './world.ts';

/** Everything that one comparison depends on. */
export interface Case {
  /** SDL by subgraph name. */
  subgraphs: Record<string, string>;
  /** Of the data. */
  seed: number;
  query: string;
  variables?: Record<string, unknown>;
  /** Whether the engine has the subgraphs in its process; over HTTP when omitted. */
  isLocal?: boolean;
  /** Whether the answer comes in parts where the operation allows it; whole when omitted. */
  isInParts?: boolean;
  /** What the client may not see; nothing when omitted. */
  guarded?: Guarded;
}

export interface Judgement<Answer = FormattedExecutionResult | AnswerInParts> {
  differences: Difference[];
  truth: Answer;
  answer: Answer;
}

/**
 * The judge of the engine: the same operation over the same data, once by the engine and real subgraphs over HTTP (or in its process), once by
 * one plain execution of graphql-js over the API schema (`oracle.ts`). Nothing of the engine or its planner decides what
 * is right.
 *
 * **Data** (`world.ts`). A value is a pure function of the seed, the object, the field, the arguments and what a
 * `@requires` has selected; subgraphs and oracle ask the same function. So an argument that is lost on the way, a
 * representation that carries another field's value, or a mutation that runs out of order, shows in the answer. A subgraph
 * that is asked for what it must not be asked for (an overridden field, an `@external` one outside of `@provides`, a
 * computed one without what it requires, an entity by an unresolvable key) answers, and answers wrongly. It also refuses
 * operations that are not valid.
 *
 * **Where federation may rightly differ** from a plain execution, the data keep away (`constraints.ts`), so that there is
 * one right answer:
 *
 * - *Keys* are never null and never fail: without them there is no entity, whoever resolves the rest.
 * - *A field fetched for a `@requires`* may fail where it is nullable; what is computed then sees null, in the oracle too.
 *   Where it is non-null, or inside a type that a field set passes through, nothing fails beyond it: the null would take
 *   along fields of the same fetch for which the client asked and which are fine, or an object that others require.
 * - *A field that is null in one subgraph and non-null in another* never is null: whether its null climbs depends on whom
 *   the planner asks. For the same reason a shared field only has values that all of its subgraphs know: enum values, and
 *   members of abstract types.
 * - *Implementations of an interface object* have no non-null field that fails: whoever has the interface object is asked
 *   the same for all of them, and what one type's field nulls may be another's.
 * - *Entities that nobody knows* (a reference that dangles) have their key and are null otherwise, wherever they are
 *   resolved. Only types with one key have them: with several, which of them are known depends on who refers to them. Nor
 *   types that have an entity in their key: what hangs on that may be fetched by way of the unknown one.
 *
 * **Errors** are compared by the nulls that they explain (`compare.ts`), not by their words: below one null the
 * specification leaves open which of several errors is reported. An error of a field that the client has not selected, but
 * a `@requires` needs, may be reported as long as its path leads to nothing; it explains no null and excuses none.
 *
 * **What is withheld** (`guard.ts`) is null, and null travels up from it; a mutation that is withheld is not executed.
 */
export interface Court extends AsyncDisposable {
  readonly apiSchema: GraphQLSchema;
  /** @param seed of the data, when it shall be other data than before */
  judge(
    query: string,
    variables?: Record<string, unknown>,
    seed?: number,
    guarded?: Guarded,
  ): Promise<Judgement<FormattedExecutionResult>>;
  /** The same for an answer in parts; deferred fragments must have different labels. */
  judgeParts(
    query: string,
    variables?: Record<string, unknown>,
    seed?: number,
  ): Promise<Judgement<AnswerInParts>>;
}

/** The subgraphs agree on no value that a field could have: there is nothing to judge. */
export class ImpossibleCase extends Error {}

let opened = 0;

/**
 * Composes the subgraphs, serves them and starts an engine for them.
 *
 * @throws Error when composition refuses the subgraphs
 */
export async function openCourt(
  host: Host,
  sdls: Record<string, string>,
  seed: number,
  isLocal = false,
): Promise<Court> {
  const name = `graph${++opened}`;
  const urls = Object.fromEntries(
    Object.keys(sdls).map((subgraph) => [subgraph, host.urlOf(name, subgraph)]),
  );
  const graph = readGraph(sdls, urls);
  let world: World;
  let served: { seed: number; isComplete: boolean } | undefined;
  let execution: Execution;
  const localSubgraphs = Object.fromEntries(
    Object.keys(isLocal ? sdls : {}).map((subgraph) => [subgraph, host.local(name, subgraph)]),
  );
  const engine = createEngine({ supergraphSdl: graph.supergraphSdl, localSubgraphs, logger });
  let apiSchema: GraphQLSchema | undefined;
  engine.onSchemaLoadOrUpdate((loaded) => {
    apiSchema = loaded.apiSchema;
  });
  const { executor } = await engine.load({ apollo: {} });
  const schema = apiSchema!;

  async function execute(
    query: string,
    variables: Record<string, unknown>,
    context = {},
    guarded: Guarded = [],
  ) {
    const document = parse(query);
    const request = {
      schema,
      document,
      context,
      operation: getOperationAST(document),
      queryHash: query,
      request: { query, variables },
      metrics: {},
      logger,
      withheld: withhold(schema, document, guarded),
    } as unknown as Parameters<NonNullable<typeof executor>>[0];
    const result = await executor!(request).catch(
      (error: Error): FormattedExecutionResult => ({
        data: null,
        errors: [{ message: `threw ${error.stack}` }],
      }),
    );
    return JSON.parse(JSON.stringify(result)) as FormattedExecutionResult;
  }

  const isHidden = ({ message }: GraphQLFormattedError) => {
    const [, type = '', field = ''] = /^Failed: (\w+)\.(\w+)/.exec(message) ?? [];
    return world.constraints.isRequired(type, field);
  };

  function serve(wanted: { seed: number; isComplete: boolean }): void {
    if (served?.seed === wanted.seed && served.isComplete === wanted.isComplete) return;
    world = createWorld(graph, wanted.seed, wanted.isComplete);
    execution = host.serve(name, world);
    served = wanted;
  }

  /** The truth about a whole answer; what is asked next comes after it. */
  async function findTruth(
    document: DocumentNode,
    variables: Record<string, unknown>,
    guarded: Guarded = [],
  ) {
    const [fault] = validate(schema, document);
    if (fault) throw new Error(`the operation is not valid: ${fault.message}\n${print(document)}`);
    const plain = guardDocument(schema, document, guarded);
    const truth = await executePlainly(world, schema, plain.document, variables, plain.isWithheld);
    const impossible = truth.errors?.find(({ message }) => message.startsWith('nothing can be'));
    if (impossible) throw new ImpossibleCase(impossible.message);
    execution.step = 0;
    return truth;
  }

  return {
    apiSchema: schema,
    async judgeParts(query, variables = {}, dataSeed = seed) {
      const document = parse(query);
      assertLabelled(document);
      serve({ seed: dataSeed, isComplete: true });
      const whole = await findTruth(document, variables);
      const truth = await executePartsPlainly(world, schema, document, variables);
      const slot: PartsSlot = {};
      const first = await execute(query, variables, { [partsSlot]: slot });
      const { parts, differences } = await readParts(slot);
      const answer = { first, parts };
      return {
        truth,
        answer,
        differences: [...differences, ...compareParts(truth, answer, whole, isHidden)],
      };
    },
    async judge(query, variables = {}, dataSeed = seed, guarded = []) {
      serve({ seed: dataSeed, isComplete: false });
      const [truth, answer] = withoutWithheld(
        await findTruth(parse(query), variables, guarded),
        await execute(query, variables, {}, guarded),
      );
      return { truth, answer, differences: compareAnswers(truth, answer, isHidden) };
    },
    async [Symbol.asyncDispose]() {
      host.forget(name);
      await engine.stop();
    },
  };
}

/** Labels tell parts apart. */
function assertLabelled(document: DocumentNode): void {
  const labels = new Set<string>();
  visit(document, {
    Directive(node) {
      if (node.name.value !== 'defer') return;
      const label = node.arguments?.find(({ name }) => name.value === 'label');
      if (!label || labels.has(print(label)))
        throw new Error('Deferred fragments must have different labels.');
      labels.add(print(label));
    },
  });
}

/** Judges one case by itself, as the regression tests do. */
export async function judgeCase(judged: Case): Promise<Judgement> {
  const { subgraphs, seed, query, variables, isLocal, isInParts, guarded } = judged;
  await using host = await startHost();
  await using court = await openCourt(host, subgraphs, seed, isLocal);
  return await (isInParts
    ? court.judgeParts(query, variables)
    : court.judge(query, variables, seed, guarded));
}

const logger = { debug() {}, info() {}, warn() {}, error() {} };
