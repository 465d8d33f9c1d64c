import type { HttpClient } from '../http/http-client.ts';
import { policyFor, type TrafficOptions } from './policy.ts';
import { createSubgraphTraffic, type SubgraphTraffic, type TrafficStatistics } from './subgraph-traffic.ts';

/** The traffic to all subgraphs. It outlives versions of the supergraph: a new one does not make a sick subgraph well. */
export interface Traffic {
  to(subgraph: string): SubgraphTraffic;
  /** Counters since the start and the present state, by subgraph. */
  statistics(): Record<string, TrafficStatistics>;
}

export function createTraffic(http: HttpClient, options: TrafficOptions = {}): Traffic {
  const subgraphs = new Map<string, SubgraphTraffic>();
  return {
    to(name) {
      let traffic = subgraphs.get(name);
      if (!traffic) {
        traffic = createSubgraphTraffic(name, http, policyFor(name, options));
        subgraphs.set(name, traffic);
      }
      return traffic;
    },
    statistics: () =>
      Object.fromEntries([...subgraphs].map(([name, traffic]) => [name, traffic.statistics()])),
  };
}
