import { Gauge, Histogram, type Registry } from 'prom-client';

/** What a subgraph measures. */
export interface SubgraphMetrics {
  /** Seconds per query or mutation, by outcome. */
  operations: Histogram<'subgraph' | 'outcome'>;
  /** Running subscriptions. */
  streams: Gauge<'subgraph'>;
}

/** The metrics in this registry; several subgraphs of one process share them. */
export function subgraphMetrics(registry: Registry): SubgraphMetrics {
  const operations = registry.getSingleMetric('kronos_subgraph_operation_seconds');
  const streams = registry.getSingleMetric('kronos_subgraph_streams');
  if (operations && streams) return { operations, streams } as unknown as SubgraphMetrics;
  return {
    operations: new Histogram({
      name: 'kronos_subgraph_operation_seconds',
      help: 'Time that a subgraph takes to execute a query or a mutation.',
      labelNames: ['subgraph', 'outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    }),
    streams: new Gauge({
      name: 'kronos_subgraph_streams',
      help: 'Subscriptions that a subgraph is serving now.',
      labelNames: ['subgraph'],
      registers: [registry],
    }),
  };
}
