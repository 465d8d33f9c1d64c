import type { SubgraphTraffic } from '../traffic/subgraph-traffic.ts';
import type { Headers } from './http-client.ts';
import type { HttpAnswer } from './wire.ts';

/** Where a context value carries the AbortSignal by which its client gives up: reads that run for it are then aborted. */
export const clientSignal = Symbol('clientSignal');

/**
 * Hears of every answer to a query or mutation, for the sake of its headers.
 *
 * @param context of the request for which the subgraph was asked
 * @param headers undefined when there was no answer
 */
export type OnSubgraphAnswer = (
  context: Record<string, unknown>,
  subgraph: string,
  headers: HttpAnswer['headers'] | undefined,
) => void;

/**
 * Sends an operation to one subgraph.
 *
 * @param body the JSON text of the request
 * @param isRead whether it changes nothing
 * @param onRetry hears each time that it is sent again
 * @throws a coded error that names the subgraph
 */
export type Exchange = (
  context: Record<string, unknown>,
  headers: Headers,
  body: string,
  isRead: boolean,
  onRetry?: () => void,
) => Promise<HttpAnswer>;

export interface ExchangeOptions {
  name: string;
  url: string;
  traffic: SubgraphTraffic;
  onAnswer?: OnSubgraphAnswer;
}

/** Ties the traffic to a subgraph to the requests that cause it. */
export function createExchange({ name, url, traffic, onAnswer }: ExchangeOptions): Exchange {
  const send: Exchange = (context, headers, body, isRead, onRetry) => {
    const signal = (context as { [clientSignal]?: AbortSignal })[clientSignal];
    return traffic.send({ url, headers, body, isRead, signal, onRetry });
  };
  if (!onAnswer) return send;
  return (context, headers, body, isRead, onRetry) =>
    send(context, headers, body, isRead, onRetry).then(
      (answer) => {
        onAnswer(context, name, answer.headers);
        return answer;
      },
      (error) => {
        onAnswer(context, name, undefined);
        throw error;
      },
    );
}
