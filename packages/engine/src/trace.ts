import type { Headers } from './http/headers.ts';
import type { SubgraphResult } from './http/read-result.ts';

/** A request to a subgraph that is about to be made. */
export interface TracedFetch {
  /** The context value of the request for which the subgraph is asked. */
  context: Record<string, unknown>;
  subgraph: string;
  /** Undefined for a subgraph in this process. */
  url?: string;
  operationType: 'query' | 'mutation' | 'subscription';
  /** As the subgraph gets it; requests that are joined of several have none. */
  operationName?: string;
}

/** What came of it. */
export interface FetchOutcome {
  /** Of HTTP, or what it would have been; undefined when there was no answer. */
  status?: number;
  /** The size of the answer's body, where it has one. */
  bytes?: number;
  /** The errors that the answer holds. */
  errors?: SubgraphResult['errors'];
  /** What was thrown instead of a result. */
  fault?: unknown;
}

/** One request to a subgraph, for whoever traces it. */
export interface FetchTrace {
  /** What the subgraph is told beside, and before all others: of a subgraph in this process they are an argument. */
  headers: Headers;
  /** The request is sent once more. */
  onRetry(): void;
  /** Called once. A subscription has its outcome when its stream is open. */
  end(outcome: FetchOutcome): void;
}

/** Hears what is done for a request, so that it can be traced. What is heard must not throw. */
export interface EngineTrace {
  /**
   * Called around the search for a plan that is not known, in the asynchronous context of the request that wants it first.
   *
   * @param find gives a plan, or the promise of one; what it gives or throws must be passed on
   */
  plan<Result>(operationName: string | undefined, find: () => Result): Result;
  /** Called before a subgraph is asked; undefined leaves this request out. */
  fetch(fetch: TracedFetch): FetchTrace | undefined;
}

/** Makes one request to a subgraph and tells what came of it. */
export async function traceFetch<Answer extends { status: number; text?: string }>(
  traced: FetchTrace,
  send: (traced: FetchTrace) => Promise<Answer>,
  read: (answer: Answer) => SubgraphResult,
): Promise<SubgraphResult> {
  let answer: Answer | undefined;
  try {
    answer = await send(traced);
    const result = read(answer);
    traced.end({ ...sizeOf(answer), errors: result.errors });
    return result;
  } catch (fault) {
    traced.end({ ...(answer && sizeOf(answer)), fault });
    throw fault;
  }
}

function sizeOf({ status, text }: { status: number; text?: string }): FetchOutcome {
  return { status, bytes: text === undefined ? undefined : Buffer.byteLength(text) };
}
