import { expect, test } from 'vitest';
import { compareCursors, isOrdered } from './cursor-order.ts';

test('positions and entry ids have an order, other cursors have none', () => {
  expect(['0', '42', '1700000000000-3'].map(isOrdered)).toEqual([true, true, true]);
  expect(['', '-1', 'abc', '1-2-3', '9'.repeat(20)].map(isOrdered)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

test('the order is that of numbers, not of texts, also of very large ones', () => {
  expect(compareCursors('9', '10')).toBeLessThan(0);
  expect(compareCursors('10-0', '10')).toBe(0);
  expect(compareCursors('10-2', '10-10')).toBeLessThan(0);
  expect(compareCursors('9007199254740993', '9007199254740992')).toBeGreaterThan(0);
});
