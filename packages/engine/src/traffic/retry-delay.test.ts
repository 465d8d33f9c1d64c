import { expect, test } from 'vitest';
import { retryDelay } from './retry-delay.ts';

const answered = (status: number, retryAfter?: string) => ({
  answer: { status, headers: { 'retry-after': retryAfter }, text: '' },
});
const failed = (code: string) => ({ error: Object.assign(new Error(), { code }) });

test.each([
  ['a lost connection, at once', failed('ECONNRESET'), 0, 0],
  ['a lost connection again, later', failed('ECONNRESET'), 1, 50],
  ['a refused connection', failed('ECONNREFUSED'), 0, 0],
  ['502', answered(502), 0, 25],
  ['504 for the third time', answered(504), 2, 100],
  ['503 that says when', answered(503, '1'), 0, 1_025],
  ['503 that asks for more than a request can wait', answered(503, '60'), 0, undefined],
  ['an error of the subgraph itself', answered(500), 0, undefined],
  ['too many requests', answered(429, '1'), 0, undefined],
  ['success', answered(200), 0, undefined],
  ['something else', { error: new Error('no socket in it') }, 0, undefined],
])('%s', (_name, outcome, attempt, expected) => {
  expect(retryDelay(outcome, attempt, 0.5)).toBe(expected);
});

test('a date in retry-after', () => {
  const date = new Date(Date.now() + 1_500).toUTCString();
  const delay = retryDelay(answered(503, date), 0, 0)!;
  expect(delay).toBeGreaterThanOrEqual(0);
  expect(delay).toBeLessThanOrEqual(2_000);
});
