import { expect, test } from 'vitest';
import { createRetryBudget } from './retry-budget.ts';

test('when everything fails, retries are a tenth of the requests and a small reserve', () => {
  const budget = createRetryBudget();
  let retries = 0;
  for (let request = 0; request < 1_000; request++) {
    budget.earn();
    if (budget.spend()) retries++;
  }
  expect(retries).toBeGreaterThan(100);
  expect(retries).toBeLessThanOrEqual(111);
});

test('nothing is saved beyond the reserve', () => {
  const budget = createRetryBudget();
  for (let request = 0; request < 10_000; request++) budget.earn();
  let retries = 0;
  while (budget.spend()) retries++;
  expect(retries).toBeLessThanOrEqual(11);
});
