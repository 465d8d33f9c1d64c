import type { TrafficStatistics } from '@kronos/engine';
import { Counter, Gauge, type Registry } from 'prom-client';

type Statistics = () => Record<string, TrafficStatistics>;

const circuitValues = { closed: 0, 'half-open': 0.5, open: 1 };

/** Reports the traffic to subgraphs. The engine counts as it goes; here its counters are read when somebody asks. */
export function reportTraffic(
  registry: Registry,
  statistics: Statistics,
  sharedRequests: () => number,
): void {
  const counters = [
    ['requests_total', 'Requests to a subgraph, retries not counted.', 'requests'],
    ['retries_total', 'Reads that were sent to a subgraph again.', 'retries'],
    [
      'failures_total',
      'Exchanges with a subgraph that ended in a lost connection, a timeout, 502, 503 or 504.',
      'failures',
    ],
    [
      'abandoned_total',
      'Requests to a subgraph that were given up because the client had gone away.',
      'abandoned',
    ],
  ] as const;
  for (const [name, help, part] of counters) {
    new Counter({
      name: `kronos_gateway_subgraph_${name}`,
      help,
      labelNames: ['subgraph'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [subgraph, traffic] of Object.entries(statistics())) this.inc({ subgraph }, traffic[part]);
      },
    });
  }
  new Counter({
    name: 'kronos_gateway_subgraph_refused_total',
    help: 'Requests that were not sent, to spare the subgraph.',
    labelNames: ['subgraph', 'reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [subgraph, { refusedByCircuit, refusedByQueue }] of Object.entries(statistics())) {
        this.inc({ subgraph, reason: 'circuit' }, refusedByCircuit);
        this.inc({ subgraph, reason: 'queue' }, refusedByQueue);
      }
    },
  });
  const gauges = [
    ['running', 'Requests that a subgraph has to answer now.', ({ running }: TrafficStatistics) => running],
    ['queued', 'Requests that wait for their turn.', ({ queued }: TrafficStatistics) => queued],
    [
      'circuit',
      'Whether requests to a subgraph are refused: 0 no, 1 yes, 0.5 while a probe is on its way.',
      ({ circuit }: TrafficStatistics) => circuitValues[circuit],
    ],
  ] as const;
  for (const [name, help, read] of gauges) {
    new Gauge({
      name: `kronos_gateway_subgraph_${name}`,
      help,
      labelNames: ['subgraph'],
      registers: [registry],
      collect() {
        for (const [subgraph, traffic] of Object.entries(statistics())) this.set({ subgraph }, read(traffic));
      },
    });
  }
  new Counter({
    name: 'kronos_gateway_shared_requests_total',
    help: 'Queries that were answered with the answer to an identical one that was under way.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(sharedRequests());
    },
  });
}
