import { type EngineTrace, traceFetch } from '../trace.ts';
import type { Exchange } from './exchange.ts';
import type { Headers } from './http-client.ts';
import { readResult, type SubgraphResult } from './read-result.ts';
import type { HttpAnswer } from './wire.ts';

/** The headers that go to a subgraph beside the body's own. */
export type SubgraphHeaders = (
  context: Record<string, unknown>,
  subgraph: string,
) => Headers | Promise<Headers>;

/** What the calls of one request have in common. */
export interface RequestScope {
  /** The request's context value, from which headers are made. */
  context: Record<string, unknown>;
  /** Headers by subgraph: made once, however many fetches a plan has. */
  headers: Map<string, Headers | Promise<Headers>>;
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
  exchange: Exchange;
  headers: SubgraphHeaders;
  trace?: EngineTrace;
}

const ownHeaders = {
  accept: 'application/graphql-response+json, application/json;q=0.9',
  'content-type': 'application/json',
};

const withOwn = (given: Headers): Headers => ({ ...ownHeaders, ...given });

/** One subgraph as the steps of a program see it: JSON text in, a GraphQL result out. */
export function createSubgraphCall(options: SubgraphCallOptions): SubgraphCall {
  const { name, url, exchange, headers, trace } = options;
  const read = (answer: HttpAnswer) => readResult(name, answer);

  function makeHeaders(context: RequestScope['context']): Headers | Promise<Headers> {
    const given = headers(context, name);
    return given instanceof Promise ? given.then(withOwn) : withOwn(given);
  }

  return (scope, body, isRead, operationName) => {
    let given = scope.headers.get(name);
    if (!given) {
      given = makeHeaders(scope.context);
      scope.headers.set(name, given);
    }
    const { context } = scope;
    const operationType = isRead ? 'query' : 'mutation';
    const traced = trace?.fetch({ context, subgraph: name, url, operationType, operationName });
    if (!traced) {
      const send = (own: Headers) => exchange(context, own, body, isRead).then(read);
      return given instanceof Promise ? given.then(send) : send(given);
    }
    return traceFetch(
      traced,
      async (own) => exchange(context, { ...(await given), ...own.headers }, body, isRead, own.onRetry),
      read,
    );
  };
}
