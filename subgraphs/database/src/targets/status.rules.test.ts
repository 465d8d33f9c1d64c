import { expect, test } from 'vitest';
import { overallStatus, statusOf } from './status.rules.ts';

const pool = { active: 1, idle: 1, waiting: 0, total: 2, min: 0, max: 2 };

test('a database is as its answer is', () => {
  expect(statusOf(5, pool)).toBe('UP');
  expect(statusOf(5, null)).toBe('UP');
  expect(statusOf(501, pool)).toBe('DEGRADED');
  expect(statusOf(null, pool)).toBe('DOWN');
});

test('where no connection is free, nobody knows that the database is away', () => {
  expect(statusOf(null, { ...pool, active: 2, waiting: 1 })).toBe('DEGRADED');
});

test('together they are down when all are, and what is off does not count', () => {
  expect(overallStatus(['UP', 'DISABLED'])).toBe('UP');
  expect(overallStatus(['UP', 'DOWN'])).toBe('DEGRADED');
  expect(overallStatus(['UP', 'DEGRADED'])).toBe('DEGRADED');
  expect(overallStatus(['DOWN', 'DISABLED', 'DOWN'])).toBe('DOWN');
});
