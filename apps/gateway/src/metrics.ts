import type { ApolloServerPlugin } from '@apollo/server';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { GatewayContext } from './context.ts';
import { createHistogram } from './histogram.ts';

/** What the gateway counts. */
export interface GatewayMetrics {
  supergraphUpdates: Counter<'outcome'>;
  /**
   * Counts an operation that has been answered.
   *
   * @param kind query, mutation, subscription; `none` for what did not get so far
   * @param startedAt by `performance.now()`
   */
  count(kind: string, outcome: 'ok' | 'errors', startedAt: number): void;
  /** Counts, beside, an operation that was known. */
  countKnown(): void;
  /** Counts what Apollo Server answers. */
  usePlugin(): ApolloServerPlugin<GatewayContext>;
}

export function createMetrics(registry: Registry, openStreams: () => number): GatewayMetrics {
  const observe = createHistogram({
    name: 'kronos_gateway_operation_seconds',
    help: 'Time from the request to the answer, by kind of operation and by outcome.',
    labelNames: ['operation', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'kronos_gateway_streams',
    help: 'Subscription streams that are open.',
    registers: [registry],
    collect() {
      this.set(openStreams());
    },
  });
  const known = new Counter({
    name: 'kronos_gateway_known_operations_total',
    help: 'Operations that were answered without being parsed and validated once more.',
    registers: [registry],
  });
  const supergraphUpdates = new Counter({
    name: 'kronos_gateway_supergraph_updates_total',
    help: 'Newer versions of the supergraph that were served, or refused.',
    labelNames: ['outcome'],
    registers: [registry],
  });

  const count: GatewayMetrics['count'] = (operation, outcome, startedAt) => {
    observe((performance.now() - startedAt) / 1_000, { operation, outcome });
  };

  return {
    supergraphUpdates,
    count,
    countKnown: () => known.inc(),
    usePlugin: () => ({
      async requestDidStart() {
        return {
          async willSendResponse({ operation, response, contextValue }) {
            const hasErrors = response.body.kind === 'single' && Boolean(response.body.singleResult.errors);
            count(operation?.operation ?? 'none', hasErrors ? 'errors' : 'ok', contextValue.startedAt);
          },
        };
      },
    }),
  };
}
