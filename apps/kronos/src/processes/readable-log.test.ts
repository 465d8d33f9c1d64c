import { expect, test } from 'vitest';
import { createRepeatFilter, readableWarning } from './readable-log.ts';

test.each([
  ['{"level":40,"msg":"Redis is away"}', 'warning: Redis is away'],
  [
    '{"level":50,"msg":"request failed","err":{"message":"connect refused\\nat x"}}',
    'error: request failed (connect refused)',
  ],
  ['{"level":30,"msg":"listening"}', null],
  ['2026-11-20 LOG:  database system is ready', null],
  ['{"level":50', null],
])('%s is shown as %o', (line, shown) => {
  expect(readableWarning(line)).toBe(shown);
});

test('what repeats is shown once in a while', () => {
  const mayShow = createRepeatFilter();
  expect([mayShow('a'), mayShow('a'), mayShow('b')]).toEqual([true, false, true]);
  const always = createRepeatFilter(0);
  expect([always('a'), always('a')]).toEqual([true, true]);
});
