import { expect, test } from 'vitest';
import { Lru } from './lru.ts';

test('forgets what was not asked for the longest', () => {
  const lru = new Lru<string, number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  expect(lru.get('a')).toBe(1);
  lru.set('c', 3);
  expect(lru.get('b')).toBeUndefined();
  expect(lru.recent()).toEqual([3, 1]);
  expect(lru.size).toBe(2);
});
