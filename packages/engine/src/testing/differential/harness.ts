import {
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { createEngine } from '../../engine.ts';
import { compareAnswers, type Difference } from './compare.ts';
import { readGraph } from './graph.ts';
import { type Host, startHost } from './host.ts';
import { executePlainly } from './oracle.ts';
import { createWorld } from './world.ts';

/** Everything that one comparison depends on. */
export interface Case {
  /** SDL by subgraph name. */
  subgraphs: Record<string, string>;
  /** Of the data. */
  seed: number;
  query: string;
  variables?: Record<string, unknown>;
}

export interface Judgement {
  differences: Difference[];
  truth: FormattedExecutionResult;
  answer: FormattedExecutionResult;
}

/** A supergraph under test: its subgraphs over HTTP, an engine in front of them, and the oracle beside. */
export interface Court extends AsyncDisposable {
  readonly apiSchema: GraphQLSchema;
  /** @param seed of the data, when it shall be other data than before */
  judge(query: string, variables?: Record<string, unknown>, seed?: number): Promise<Judgement>;
}

let opened = 0;

/**
 * Composes the subgraphs, serves them and starts an engine for them.
 *
 * @throws Error when composition refuses the subgraphs
 */
export async function openCourt(host: Host, sdls: Record<string, string>, seed: number): Promise<Court> {
  const name = `graph${++opened}`;
  const urls = Object.fromEntries(
    Object.keys(sdls).map((subgraph) => [subgraph, host.urlOf(name, subgraph)]),
  );
  const graph = readGraph(sdls, urls);
  let world = createWorld(graph, seed);
  let served = seed;
  let execution = host.serve(name, world);
  const engine = createEngine({ supergraphSdl: graph.supergraphSdl, logger });
  let apiSchema: GraphQLSchema | undefined;
  engine.onSchemaLoadOrUpdate((loaded) => {
    apiSchema = loaded.apiSchema;
  });
  const { executor } = await engine.load({ apollo: {} });
  const schema = apiSchema!;

  async function execute(query: string, variables: Record<string, unknown>) {
    const document = parse(query);
    const request = {
      schema,
      document,
      context: {},
      operation: getOperationAST(document),
      queryHash: query,
      request: { query, variables },
      metrics: {},
      logger,
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

  return {
    apiSchema: schema,
    async judge(query, variables = {}, dataSeed = served) {
      if (dataSeed !== served) {
        world = createWorld(graph, dataSeed);
        execution = host.serve(name, world);
        served = dataSeed;
      }
      const document = parse(query);
      const [fault] = validate(schema, document);
      if (fault) throw new Error(`the operation is not valid: ${fault.message}\n${query}`);
      const truth = await executePlainly(world, schema, document, variables);
      const impossible = truth.errors?.find(({ message }) => message.startsWith('nothing can be'));
      if (impossible) throw new Error(impossible.message);
      execution.step = 0;
      const answer = await execute(query, variables);
      return { truth, answer, differences: compareAnswers(truth, answer, isHidden) };
    },
    async [Symbol.asyncDispose]() {
      host.forget(name);
      await engine.stop();
    },
  };
}

/** Judges one case by itself, as the regression tests do. */
export async function judgeCase({ subgraphs, seed, query, variables }: Case): Promise<Judgement> {
  await using host = await startHost();
  await using court = await openCourt(host, subgraphs, seed);
  return await court.judge(query, variables);
}

const logger = { debug() {}, info() {}, warn() {}, error() {} };
