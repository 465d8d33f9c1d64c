import type { HttpClient } from '../http/http-client.ts';
import type { HttpAnswer } from '../http/wire.ts';
import { policyFor, type TrafficOptions } from './policy.ts';
import type { AnswerHead } from './retry-delay.ts';
import {
  createSubgraphTraffic,
  type SubgraphRequest,
  type SubgraphTraffic,
  type TrafficRequest,
  type TrafficStatistics,
  type Transport,
} from './subgraph-traffic.ts';

/** The traffic to all subgraphs. It outlives versions of the supergraph: a new one does not make a sick subgraph well. */
export interface Traffic {
  /** Over HTTP; the same one whenever it is asked for. */
  to(subgraph: string): SubgraphTraffic;
  /** By another way, for a subgraph that is not asked over HTTP. */
  over<Request extends TrafficRequest, Answer extends AnswerHead>(
    subgraph: string,
    transport: Transport<Request, Answer>,
  ): SubgraphTraffic<Request, Answer>;
  /** Counters since the start and the present state, by subgraph. */
  statistics(): Record<string, TrafficStatistics>;
}

export function createTraffic(http: HttpClient, options: TrafficOptions = {}): Traffic {
  const subgraphs = new Map<string, SubgraphTraffic>();
  const others = new Map<string, Pick<SubgraphTraffic, 'statistics'>>();
  const post: Transport<SubgraphRequest, HttpAnswer> = ({ url, headers, body }, timeoutMs, signal) =>
    http.post(url, headers, body, timeoutMs, signal);

  return {
    to(name) {
      let traffic = subgraphs.get(name);
      if (!traffic) {
        traffic = createSubgraphTraffic(name, post, policyFor(name, options));
        subgraphs.set(name, traffic);
      }
      return traffic;
    },
    over(name, transport) {
      const traffic = createSubgraphTraffic(name, transport, policyFor(name, options));
      others.set(name, traffic);
      return traffic;
    },
    statistics: () =>
      Object.fromEntries([...subgraphs, ...others].map(([name, traffic]) => [name, traffic.statistics()])),
  };
}
