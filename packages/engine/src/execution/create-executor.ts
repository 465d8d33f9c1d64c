import type { GatewayExecutor } from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import { Lru } from '../lru.ts';
import { readOperation } from '../plan/operation.ts';
import type { Planning } from '../plan/planning.ts';
import { RawJson } from '../shape/raw-json.ts';
import { compileOperation, type ExecuteOperation } from './compile-operation.ts';

export interface ExecutorOptions {
  /** Whether data is given as the text of its JSON, for a server that knows `stringifyAnswer`. */
  rawData: boolean;
  /** Operations that are kept compiled; 2,000 when omitted. */
  keptOperations?: number;
}

/** Executes the queries and mutations of one version of a supergraph; what has been compiled once is kept. */
export function createExecutor(
  schema: GraphQLSchema,
  planning: Planning,
  { rawData, keptOperations = 2_000 }: ExecutorOptions,
): GatewayExecutor {
  const operations = new Lru<string, ExecuteOperation>(keptOperations);

  return async ({ request, document, operation, queryHash, context }) => {
    const key = `${queryHash} ${operation!.name?.value ?? ''}`;
    let execute = operations.get(key);
    if (!execute) {
      execute = compileOperation(schema, planning, readOperation(document, operation!));
      operations.set(key, execute);
    }
    const answer = await execute(request.variables ?? {}, context);
    if (!('data' in answer) || !(answer.data instanceof RawJson)) return answer;
    return { data: (rawData ? answer.data : answer.data.toJSON()) as Record<string, unknown> };
  };
}
