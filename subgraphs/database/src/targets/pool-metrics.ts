import { Gauge, type Registry } from 'prom-client';
import type { Target } from './target.ts';

/** Lets Prometheus see what the pools are doing. */
export function measurePools(metrics: Registry, targets: readonly Target[]): void {
  new Gauge({
    name: 'kronos_database_pool_connections',
    help: 'Connections of this process to a database, by what they do; and who waits for one.',
    labelNames: ['target', 'state'],
    registers: [metrics],
    collect() {
      for (const target of targets) {
        const { active, idle, waiting } = target.poolStats() ?? {};
        if (active === undefined) continue;
        this.set({ target: target.name, state: 'active' }, active);
        this.set({ target: target.name, state: 'idle' }, idle!);
        this.set({ target: target.name, state: 'waiting' }, waiting!);
      }
    },
  });
}
