import type { ApolloServerPlugin } from '@apollo/server';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the gateway counts. */
export interface GatewayMetrics {
  supergraphUpdates: Counter<'outcome'>;
  usePlugin(): ApolloServerPlugin;
}

export function createMetrics(registry: Registry, openStreams: () => number): GatewayMetrics {
  const operations = new Histogram({
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
  const supergraphUpdates = new Counter({
    name: 'kronos_gateway_supergraph_updates_total',
    help: 'Newer versions of the supergraph that were served, or refused.',
    labelNames: ['outcome'],
    registers: [registry],
  });

  return {
    supergraphUpdates,
    usePlugin: () => ({
      async requestDidStart() {
        const stop = operations.startTimer();
        return {
          async willSendResponse({ operation, response }) {
            const hasErrors = response.body.kind === 'single' && Boolean(response.body.singleResult.errors);
            stop({ operation: operation?.operation ?? 'none', outcome: hasErrors ? 'errors' : 'ok' });
          },
        };
      },
    }),
  };
}
