import { CounterSum } from './metrics.ts';
import type { ChaosSystem } from './system.ts';

/** What the processes have counted; what one counted in the moment before it was killed is missing. */
export interface Figures {
  replayed: number;
  parked: number;
  slowConsumers: number;
  /** Repairs of a log that Redis had lost. */
  refills: number;
  /** Announcements that were missed and read from the log. */
  gaps: number;
}

/** Looks at the figures of gateway and subgraph host until it is stopped. */
export function followFigures(system: ChaosSystem): { read(): Figures; stop(): Promise<void> } {
  const gateway = new CounterSum();
  const subgraphs = new CounterSum();
  let isStopped = false;

  async function look(): Promise<void> {
    gateway.add(await system.gatewayMetrics());
    subgraphs.add(await system.subgraphMetrics());
  }
  const looking = (async () => {
    while (!isStopped) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();

  return {
    read: () => ({
      replayed: gateway.sum('kronos_gateway_stream_replayed_total'),
      parked: gateway.sum('kronos_gateway_stream_parked_total'),
      slowConsumers: gateway.sum('kronos_gateway_stream_ends_total{code="SUBSCRIPTION_SLOW_CONSUMER"}'),
      refills: subgraphs.sum('kronos_events_refills_total'),
      gaps: subgraphs.sum('kronos_events_log_gaps_total'),
    }),
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await looking;
      await look();
    },
  };
}
