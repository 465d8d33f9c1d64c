import type { GatewayExecutionResult, GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import { Lru } from '../lru.ts';
import { type Operation, readOperation } from '../plan/operation.ts';
import type { Planning } from '../plan/planning.ts';
import type { CompileMeasure } from '../shape/measure.ts';
import { RawJson } from '../shape/raw-json.ts';
import { type CompiledOperation, compileOperation, type RunOptions } from './compile-operation.ts';

export interface ExecutorOptions {
  /** Whether data is given as the text of its JSON, for a server that knows `stringifyAnswer`. */
  rawData: boolean;
  /** What is counted of the data of operations; nothing when omitted. */
  compileMeasure?: CompileMeasure;
  /** Operations that are kept compiled; 2,000 when omitted. */
  keptOperations?: number;
}

/** An operation that is valid in a version of the graph, and what it is to be run with. */
export type OperationRequest = Pick<
  GatewayGraphQLRequestContext,
  'schema' | 'request' | 'document' | 'operation' | 'queryHash' | 'context'
> &
  RunOptions;

/** An operation that has been asked for, and how often. */
export interface KnownOperation {
  key: string;
  uses: number;
  compiled: CompiledOperation;
}

export interface Executor {
  execute(request: OperationRequest): Promise<GatewayExecutionResult>;
  /** The operations that are kept, those used most first. */
  hottest(): KnownOperation[];
  /** Compiles and plans an operation of another version before somebody asks; it must be valid in this one. */
  prepare(known: KnownOperation): Promise<void>;
}

/** Executes the queries and mutations of one version of a supergraph; what has been compiled once is kept. */
export function createExecutor(
  schema: GraphQLSchema,
  planning: Planning,
  { rawData, compileMeasure, keptOperations = 2_000 }: ExecutorOptions,
): Executor {
  const operations = new Lru<string, KnownOperation>(keptOperations);

  function know(key: string, operation: Operation): KnownOperation {
    const known = { key, uses: 0, compiled: compileOperation(schema, planning, operation, compileMeasure) };
    operations.set(key, known);
    return known;
  }

  const execute: Executor['execute'] = async (given) => {
    const { request, document, operation, queryHash, context } = given;
    const key = `${queryHash} ${operation!.name?.value ?? ''}`;
    const known = operations.get(key) ?? know(key, readOperation(document, operation!, planning.overridesOf));
    known.uses++;
    const answer = await known.compiled.execute(request.variables ?? {}, context, given);
    if (!('data' in answer) || !(answer.data instanceof RawJson)) return answer;
    const { data, errors } = answer;
    const plain = (rawData ? data : data.toJSON()) as Record<string, unknown>;
    return errors ? { data: plain, errors } : { data: plain };
  };

  return {
    execute,
    hottest: () => operations.recent().sort((one, other) => other.uses - one.uses),
    async prepare({ key, uses, compiled }) {
      const { document, node } = compiled.operation;
      const known = operations.get(key) ?? know(key, readOperation(document, node, planning.overridesOf));
      // What was hot counts on, and what is not any more cools down.
      known.uses += Math.floor(uses / 2);
      for (const conditions of compiled.readyFor()) await known.compiled.prepareFor(conditions);
    },
  };
}
