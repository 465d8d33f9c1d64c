import { type EngineTrace, traceFetch } from '../trace.ts';
import type { SubgraphTraffic } from '../traffic/subgraph-traffic.ts';
import { type Headers, RequestHeaders } from './headers.ts';
import { readResult, type SubgraphResult } from './read-result.ts';
import type { HttpAnswer } from './wire.ts';

/** Where a context value carries the AbortSignal by which its client gives up: reads that run for it are then aborted. */
export const clientSignal = Symbol('clientSignal');

/**
 * Hears of every answer to a query or mutation, for the sake of its headers.
 *
 * @param context of the request for which the subgraph was asked
 * @param headers undefined when there was no answer
 * @param isRead whether it was a query
 */
export type OnSubgraphAnswer = (
  context: Record<string, unknown>,
  subgraph: string,
  headers: HttpAnswer['headers'] | undefined,
  isRead: boolean,
) => void;

/** The headers that go to subgraphs beside the body's own: asked for once for a request, however many fetches it has. */
export type SubgraphHeaders = (context: Record<string, unknown>) => Headers | Promise<Headers>;

/** What the calls of one request have in common. */
export interface RequestScope {
  /** The request's context value, from which headers are made. */
  context: Record<string, unknown> & { [clientSignal]?: AbortSignal };
  /** What every subgraph is sent, as soon as the first is asked. */
  headers?: RequestHeaders | Promise<RequestHeaders>;
}

/**
 * Sends an operation to one subgraph.
 *
 * @param body the JSON text of the request
 * @param isRead whether it changes nothing, so that it may be sent again
 * @param operationName as it stands in the body
 * @throws a coded error that names the subgraph
 */
export type SubgraphCall = (
  scope: RequestScope,
  body: string,
  isRead: boolean,
  operationName?: string,
) => Promise<SubgraphResult>;

export interface SubgraphCallOptions {
  name: string;
  url: string;
  traffic: SubgraphTraffic;
  headers: SubgraphHeaders;
  onAnswer?: OnSubgraphAnswer;
  trace?: EngineTrace;
}

const ownHeaders = {
  accept: 'application/graphql-response+json, application/json;q=0.9',
  'content-type': 'application/json',
};

/** One subgraph as the steps of a program see it: JSON text in, a GraphQL result out. */
export function createSubgraphCall(options: SubgraphCallOptions): SubgraphCall {
  const { name, url, traffic, headers, onAnswer, trace } = options;

  function headersOf(scope: RequestScope): RequestHeaders | Promise<RequestHeaders> {
    if (!scope.headers) {
      const given = headers(scope.context);
      const keep = (given: Headers) => {
        scope.headers = new RequestHeaders({ ...ownHeaders, ...given });
        return scope.headers;
      };
      scope.headers = given instanceof Promise ? given.then(keep) : keep(given);
    }
    return scope.headers;
  }

  return (scope, body, isRead, operationName) => {
    const { context } = scope;
    const signal = context[clientSignal];
    const made = headersOf(scope);
    const read = (answer: HttpAnswer) => {
      onAnswer?.(context, name, answer.headers, isRead);
      return readResult(name, answer);
    };
    const noAnswer = (error: unknown) => {
      onAnswer?.(context, name, undefined, isRead);
      throw error;
    };
    const operationType = isRead ? 'query' : 'mutation';
    const traced = trace?.fetch({ context, subgraph: name, url, operationType, operationName });
    if (!traced) {
      const send = (own: RequestHeaders) =>
        traffic.send({ url, headers: own, body, isRead, signal }).then(read, noAnswer);
      return made instanceof Promise ? made.then(send) : send(made);
    }
    const send = async () => {
      const own = new RequestHeaders({ ...(await made).values, ...traced.headers });
      return traffic
        .send({ url, headers: own, body, isRead, signal, onRetry: traced.onRetry })
        .catch(noAnswer);
    };
    return traceFetch(traced, send, read);
  };
}
