import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What is counted of live events. */
export interface LiveMetrics {
  groups: Gauge;
  upstreams: Gauge;
  eventsIn: Counter;
  eventsOut: Counter;
  lag: Histogram;
  parked: Counter;
  replayed: Counter;
  /** By code, or `complete`. */
  ends: Counter<'code'>;
}

/** Every figure is there from the start, so that its absence means something. */
export function createLiveMetrics(registry: Registry): LiveMetrics {
  const registers = [registry];
  const name = (what: string) => `kronos_gateway_stream${what}`;
  return {
    groups: new Gauge({ name: name('_groups'), help: 'Groups of streams that share everything.', registers }),
    upstreams: new Gauge({
      name: name('_upstreams'),
      help: 'Streams from subgraphs that are open.',
      registers,
    }),
    eventsIn: new Counter({ name: name('_events_in_total'), help: 'Events that subgraphs sent.', registers }),
    eventsOut: new Counter({
      name: name('_events_out_total'),
      help: 'Events that clients were sent.',
      registers,
    }),
    lag: new Histogram({
      name: name('_lag_seconds'),
      help: 'Time from the event to the sockets of all who read it live.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    }),
    parked: new Counter({
      name: name('_parked_total'),
      help: 'Times that a stream was too slow to read live.',
      registers,
    }),
    replayed: new Counter({
      name: name('_replayed_total'),
      help: 'Events that were sent from a ring.',
      registers,
    }),
    ends: new Counter({
      name: name('_ends_total'),
      help: 'Streams that the gateway has ended, by the code of the reason.',
      labelNames: ['code'],
      registers,
    }),
  };
}
