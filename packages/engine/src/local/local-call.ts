import { type SubgraphResult, toResult } from '../http/read-result.ts';
import type { SubgraphCall } from '../http/subgraph-call.ts';
import { clientSignal, type OnSubgraphAnswer } from '../http/subgraph-call.ts';
import { failedAnswer, invalidAnswer } from '../http/subgraph-failure.ts';
import { Lru } from '../lru.ts';
import { type EngineTrace, traceFetch } from '../trace.ts';
import type { SubgraphTraffic } from '../traffic/subgraph-traffic.ts';
import { type Copy, compileCopy } from './compile-copy.ts';
import type { LocalOperation } from './local-subgraph.ts';
import type { LocalAnswer, LocalRequest } from './run-local.ts';

export interface LocalCallOptions {
  name: string;
  traffic: SubgraphTraffic<LocalRequest, LocalAnswer>;
  onAnswer?: OnSubgraphAnswer;
  /** Hears what the subgraph threw, or gave and JSON cannot hold: the client is told only that something is wrong. */
  onFault(fault: unknown): void;
  trace?: EngineTrace;
}

const keptOperations = 1_000;

/** A subgraph in this process as the steps of a program see it: no headers, no HTTP, and no JSON in what it gives. */
export function createLocalCall(options: LocalCallOptions): SubgraphCall {
  const { name, traffic, onAnswer, onFault, trace } = options;
  const copies = new Lru<string, Copy>(keptOperations);

  function copyFor(operation: string): Copy {
    let copy = copies.get(operation);
    if (!copy) {
      copy = compileCopy(operation);
      copies.set(operation, copy);
    }
    return copy;
  }

  async function send(request: LocalRequest): Promise<LocalAnswer> {
    try {
      const answer = await traffic.send(request);
      onAnswer?.(request.context, name, answer.headers, request.isRead);
      return answer;
    } catch (error) {
      onAnswer?.(request.context, name, undefined, request.isRead);
      throw error;
    }
  }

  function read({ status, result, fault }: LocalAnswer, query: string): SubgraphResult {
    if (status !== 200) return refuse(fault);
    const { data, errors } = result ?? {};
    let own: unknown;
    try {
      own = { data: copyFor(query)(data), errors: errors?.length ? fromJson(errors) : undefined };
    } catch (unwritable) {
      return refuse(unwritable);
    }
    const read = toResult(own);
    if (!read) throw invalidAnswer(name, status);
    return read;
  }

  function refuse(fault: unknown): never {
    onFault(fault);
    throw failedAnswer(name, 500);
  }

  return async ({ context }, body, isRead) => {
    const operation: LocalOperation = JSON.parse(body);
    const signal = (context as { [clientSignal]?: AbortSignal })[clientSignal];
    const request: LocalRequest = { operation, context, isRead, signal };
    const { query, operationName } = operation;
    const operationType = isRead ? 'query' : 'mutation';
    const traced = trace?.fetch({ context, subgraph: name, operationType, operationName });
    if (!traced) return read(await send(request), query);
    return traceFetch(
      traced,
      ({ headers, onRetry }) => send({ ...request, headers, onRetry }),
      (answer) => read(answer, query),
    );
  };
}

/** Errors are few: JSON itself makes of them what it would have made. */
function fromJson(errors: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(errors));
}
