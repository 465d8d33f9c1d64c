import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { eventMetrics } from './metrics.ts';

test('all parts of a process count in the same metrics of a registry', async () => {
  const registry = new Registry();
  eventMetrics(registry).appended.inc({ domain: 'auth' });
  eventMetrics(registry).appended.inc({ domain: 'users' }, 2);
  const text = await registry.getSingleMetricAsString('kronos_events_appended_total');
  expect(text).toContain('{domain="auth"} 1');
  expect(text).toContain('{domain="users"} 2');
});

test('without a registry the numbers go nowhere', () => {
  expect(() => eventMetrics().relayLag.observe({ domain: 'auth' }, 1)).not.toThrow();
});
