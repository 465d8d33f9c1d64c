import { expect, test } from 'vitest';
import { mergeCacheControl } from './cache-control.ts';

test.each([
  ['one alone', ['public, max-age=60'], 'public, max-age=60'],
  ['the shorter life', ['max-age=60', 'max-age=10'], 'max-age=10'],
  ['one that may not be kept', ['public, max-age=60', 'No-Store'], 'no-store'],
  ['private wins over public', ['public, max-age=60', 'private, max-age=60'], 'private, max-age=60'],
  ['public only when all are', ['public, max-age=60', 'max-age=60'], 'max-age=60'],
  ['what does not say how long is stale', ['public, max-age=60', 'public'], 'public, max-age=0'],
  ['a life in shared caches', ['max-age=10, s-maxage=60', 'max-age=30'], 'max-age=10, s-maxage=30'],
  [
    'no life in shared caches when private',
    ['max-age=10, s-maxage=60', 'private, max-age=30'],
    'private, max-age=10',
  ],
  ['restrictions add up', ['no-cache', 'must-revalidate, max-age=5'], 'no-cache, must-revalidate, max-age=0'],
  [
    'stale times that all allow',
    ['max-age=1, stale-if-error=9', 'max-age=1, stale-if-error=5'],
    'max-age=1, stale-if-error=5',
  ],
  ['stale times that one does not allow', ['max-age=1, stale-if-error=9', 'max-age=1'], 'max-age=1'],
  ['a value with commas', ['private="set-cookie, vary", max-age=5'], 'private, max-age=5'],
  ['nonsense', ['max-age=soon'], 'no-store'],
  ['nothing', [''], 'no-store'],
])('%s', (_name, headers, expected) => {
  expect(mergeCacheControl(headers.map((cacheControl) => ({ cacheControl })))).toBe(expected);
});

test('time spent in a cache counts', () => {
  expect(mergeCacheControl([{ cacheControl: 'max-age=60', age: '45' }])).toBe('max-age=15');
  expect(mergeCacheControl([{ cacheControl: 'max-age=60', age: '90' }])).toBe('max-age=0');
});
