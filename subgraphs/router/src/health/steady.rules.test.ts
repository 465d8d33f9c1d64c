import type { HealthStatus } from '@kronos/prisma-router';
import { expect, test } from 'vitest';
import { createSteady } from './steady.rules.ts';

function believed(...seen: HealthStatus[]): HealthStatus[] {
  const steady = createSteady();
  let current: HealthStatus | null = null;
  return seen.map((one) => {
    current = steady.take(current, one);
    return current;
  });
}

test('what is seen first is believed at once', () => {
  expect(believed('DOWN')).toEqual(['DOWN']);
});

test('something else is believed when it is seen twice in a row', () => {
  expect(believed('UP', 'DOWN', 'DOWN', 'UP', 'UP')).toEqual(['UP', 'UP', 'DOWN', 'DOWN', 'UP']);
  expect(believed('UP', 'DOWN', 'UP', 'DOWN', 'UP')).toEqual(['UP', 'UP', 'UP', 'UP', 'UP']);
  expect(believed('UP', 'DOWN', 'DEGRADED', 'DOWN', 'DOWN')).toEqual(['UP', 'UP', 'UP', 'UP', 'DOWN']);
});
