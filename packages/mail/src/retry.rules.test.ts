import { expect, test } from 'vitest';
import { isFinal, retryDelayMs } from './retry.rules.ts';

test('it waits longer each time, for a day and a half in all, and then gives up', () => {
  const delays = Array.from({ length: 8 }, (_, index) => retryDelayMs(index + 1));
  expect(delays).toEqual(delays.toSorted((one, other) => (one ?? Infinity) - (other ?? Infinity)));
  expect(delays.at(-1)).toBeNull();
});

test.each([
  [{ responseCode: 550 }, true],
  [{ responseCode: 451 }, false],
  [{ code: 'ECONNREFUSED' }, false],
  [new Error('anything'), false],
])('%o is final: %s', (error, expected) => {
  expect(isFinal(error)).toBe(expected);
});
