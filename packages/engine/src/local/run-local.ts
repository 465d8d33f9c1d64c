import { GraphQLError } from 'graphql';
import { onAbort } from '../http/on-abort.ts';
import { ClientLeft, ExchangeTimeout } from '../http/subgraph-failure.ts';
import type { LocalOperation, LocalResult, LocalSubgraph } from './local-subgraph.ts';

/** One operation for a subgraph in this process. */
export interface LocalRequest {
  operation: LocalOperation;
  context: Record<string, unknown>;
  /** What a trace tells the subgraph. */
  headers?: Readonly<Record<string, string>>;
  /** Whether it changes nothing: then it is given up when nobody waits for it. */
  isRead: boolean;
  /** Aborts when the client has gone away. */
  signal?: AbortSignal;
  /** Hears each time that it is sent again. */
  onRetry?(): void;
}

/** What came of it, in the terms of HTTP: 200 with a result, or 500 and why. */
export interface LocalAnswer {
  status: 200 | 500;
  headers: Record<string, never>;
  result?: LocalResult;
  fault?: unknown;
}

const noHeaders: LocalAnswer['headers'] = {};

/**
 * Has a subgraph execute an operation. What was begun goes on behind the back of whoever has given up, as it does in a
 * subgraph of which the connection was cut.
 *
 * @returns rejects with ExchangeTimeout or ClientLeft, and with nothing else
 */
export function runLocal(
  subgraph: LocalSubgraph,
  { operation, context, headers }: LocalRequest,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<LocalAnswer> {
  return new Promise((resolve, reject) => {
    const giveUp = (reason: Error) => {
      settled();
      reject(reason);
    };
    const timer = setTimeout(() => giveUp(new ExchangeTimeout()), timeoutMs);
    const forget = signal && onAbort(signal, () => giveUp(new ClientLeft()));
    const settled = () => {
      clearTimeout(timer);
      forget?.();
    };
    const answer = (given: LocalAnswer) => {
      settled();
      resolve(given);
    };
    execute(subgraph, operation, context, headers).then(
      (result) => answer({ status: 200, headers: noHeaders, result }),
      (fault) => answer(toAnswer(fault)),
    );
  });
}

// Asynchronous for the sake of what is thrown at once.
async function execute(subgraph: LocalSubgraph, ...args: Parameters<LocalSubgraph>) {
  return subgraph(...args);
}

function toAnswer(fault: unknown): LocalAnswer {
  const isCoded = fault instanceof GraphQLError && typeof fault.extensions.code === 'string';
  return isCoded
    ? { status: 200, headers: noHeaders, result: { errors: [fault] } }
    : { status: 500, headers: noHeaders, fault };
}
