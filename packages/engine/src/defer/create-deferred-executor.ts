import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import type { OperationRequest } from '../execution/create-executor.ts';
import { Lru } from '../lru.ts';
import { readOperation } from '../plan/operation.ts';
import type { Planning } from '../plan/planning.ts';
import type { CompileMeasure } from '../shape/measure.ts';
import { RawJson } from '../shape/raw-json.ts';
import { compileDeferred, type ExecuteInParts } from './compile-deferred.ts';
import { mentionsDefer } from './deferral.ts';
import type { Parts, PartsSlot } from './parts.ts';

/**
 * Executes an operation up to the first part of its answer; what follows it is put into the slot.
 *
 * @returns undefined when the operation is to be answered whole
 */
export type DeferredExecutor = (
  request: OperationRequest,
  slot: PartsSlot,
) => Promise<GatewayExecutionResult | undefined>;

/** Operations that are kept compiled. */
const keptOperations = 500;

/**
 * Executes the operations of one version of a supergraph that clients want in parts; what has been compiled once is kept.
 *
 * @param options whether data is given as the text of its JSON, and what is counted of it
 */
export function createDeferredExecutor(
  schema: GraphQLSchema,
  planning: Planning,
  { rawData, compileMeasure }: { rawData: boolean; compileMeasure?: CompileMeasure },
): DeferredExecutor {
  const operations = new Lru<string, ExecuteInParts>(keptOperations);

  return async (given, slot) => {
    const { request, document, operation, queryHash, context } = given;
    const key = `${queryHash} ${operation!.name?.value ?? ''}`;
    let execute = operations.get(key);
    if (!execute) {
      const read = readOperation(document, operation!, planning.overridesOf);
      execute = mentionsDefer(read) ? compileDeferred(schema, planning, read, compileMeasure) : answeredWhole;
      operations.set(key, execute);
    }
    const answered = await execute(request.variables ?? {}, context, given);
    if (!answered) return undefined;
    const { answer, parts } = answered;
    if (parts) slot.parts = rawData ? parts : withPlainData(parts);
    const data = toData(answer.data, rawData) as GatewayExecutionResult['data'];
    return answer.errors ? { data, errors: answer.errors } : { data };
  };
}

const answeredWhole: ExecuteInParts = async () => undefined;

async function* withPlainData(parts: AsyncGenerator<Parts, void>): AsyncGenerator<Parts, void> {
  for await (const { incremental, hasNext } of parts) {
    yield { incremental: incremental.map((part) => ({ ...part, data: toData(part.data, false) })), hasNext };
  }
}

function toData(data: RawJson | Record<string, unknown> | null, rawData: boolean) {
  return data instanceof RawJson && !rawData ? (data.toJSON() as Record<string, unknown>) : data;
}
