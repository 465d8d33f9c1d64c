import { Counter, Histogram, Registry } from 'prom-client';

/**
 * What the package measures. Several relays, logs and consumers of a process share one registry, so a metric is made
 * at its first use.
 *
 * @param registry if omitted, the numbers go nowhere
 */
export function eventMetrics(registry: Registry = new Registry()) {
  return {
    relayLag: histogram(
      registry,
      'kronos_events_relay_lag_seconds',
      'From the start of the transaction that wrote an event to its place in the log.',
    ),
    appended: counter(registry, 'kronos_events_appended_total', 'Events put into the log.', ['domain']),
    refills: counter(registry, 'kronos_events_refills_total', 'Repairs of a log that Redis had lost.', [
      'domain',
    ]),
    consumed: counter(registry, 'kronos_events_consumed_total', 'Events given to a consumer.', [
      'consumer',
      'domain',
      'outcome',
    ]),
    gaps: counter(registry, 'kronos_events_log_gaps_total', 'Announcements missed and read from the log.', [
      'domain',
    ]),
  };
}

/** The package's metrics, all in one registry. */
export type EventMetrics = ReturnType<typeof eventMetrics>;

function counter<Label extends string>(registry: Registry, name: string, help: string, labelNames: Label[]) {
  const known = registry.getSingleMetric(name) as Counter<Label> | undefined;
  return known ?? new Counter({ name, help, labelNames, registers: [registry] });
}

function histogram(registry: Registry, name: string, help: string) {
  const known = registry.getSingleMetric(name) as Histogram<'domain'> | undefined;
  const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];
  return known ?? new Histogram({ name, help, labelNames: ['domain'], buckets, registers: [registry] });
}
