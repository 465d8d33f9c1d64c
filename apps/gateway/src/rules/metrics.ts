import { Counter, Gauge, type Registry } from 'prom-client';
import type { PreparedRules } from './prepare-rules.ts';

export interface RulesMetrics {
  failures: Counter;
}

/**
 * @param current the rules that hold
 * @param seenAt when they were last known to be the newest, in milliseconds since the epoch; 0 for never
 */
export function createRulesMetrics(
  registry: Registry,
  current: () => PreparedRules,
  seenAt: () => number,
): RulesMetrics {
  new Gauge({
    name: 'kronos_gateway_edge_rules_info',
    help: 'The rules of the edge that hold: their version, and whether they came from the router, a snapshot or nowhere.',
    labelNames: ['version', 'source'],
    registers: [registry],
    collect() {
      const { rules, source } = current();
      this.reset();
      this.set({ version: rules.version, source }, 1);
    },
  });
  new Gauge({
    name: 'kronos_gateway_edge_rules_age_seconds',
    help: 'Time since the router last said that the rules which hold are its newest; -1 while it never has.',
    registers: [registry],
    collect() {
      this.set(seenAt() === 0 ? -1 : (Date.now() - seenAt()) / 1_000);
    },
  });
  const failures = new Counter({
    name: 'kronos_gateway_edge_rules_failures_total',
    help: 'How often the rules of the edge could not be read from the router.',
    registers: [registry],
  });
  return { failures };
}
