import { expect, test } from 'vitest';
import { milliseconds } from './duration.rules.ts';

test.each([
  ['PT0S', 0],
  ['PT1H', 3_600_000],
  ['P1DT12H', 129_600_000],
  ['P1W', 604_800_000],
  ['PT90M30S', 5_430_000],
])('%s is %d ms', (duration, expected) => {
  expect(milliseconds(duration, 30)).toBe(expected);
});

test.each(['P1M', 'P1Y', '-P1D', 'PT1.5H', '1 day', ''])('%j is no length of time here', (duration) => {
  expect(() => milliseconds(duration, 30)).toThrow('is no length of time here');
});

test('what is too long is refused', () => {
  expect(milliseconds('P30D', 30)).toBe(2_592_000_000);
  expect(() => milliseconds('P30DT1S', 30)).toThrow('at most 30 days are allowed');
});
