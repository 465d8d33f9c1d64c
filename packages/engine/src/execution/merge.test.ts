import { expect, test } from 'vitest';
import { compileMerge } from './compile-merge.ts';
import { copy, merge } from './merge.ts';

test.each([
  ['new keys', { a: 1 }, { b: { c: 2 } }, { a: 1, b: { c: 2 } }],
  ['objects', { a: { b: 1 } }, { a: { c: 2 } }, { a: { b: 1, c: 2 } }],
  [
    'lists of the same length',
    { a: [{ b: 1 }, null] },
    { a: [{ c: 2 }, null] },
    { a: [{ b: 1, c: 2 }, null] },
  ],
  ['lists of lists', { a: [[{ b: 1 }]] }, { a: [[{ c: 2 }]] }, { a: [[{ b: 1, c: 2 }]] }],
  ['null does not replace', { a: { b: 1 }, d: 1 }, { a: null, d: null }, { a: { b: 1 }, d: 1 }],
  ['null says that there is nothing', {}, { a: null }, { a: null }],
  ['what a rewrite has moved away is left out', { a: 1 }, { a: undefined }, { a: 1 }],
])('%s', (_name, target, source, merged) => {
  const keys = new Map(['a', 'b', 'c', 'd'].map((key) => [key, new Map()]));
  const other = copy(target);
  compileMerge(keys, null)(other, copy(source));
  expect(other).toEqual(merged);
  merge(target, source, null);
  expect(target).toEqual(merged);
});

test('the name of an interface object does not replace that of an implementation, and is replaced by it', () => {
  const vague = new Set(['Media']);
  const known = { __typename: 'Book' };
  merge(known, { __typename: 'Media' }, vague);
  expect(known).toEqual({ __typename: 'Book' });
  const unknown = { __typename: 'Media' };
  merge(unknown, { __typename: 'Book' }, vague);
  expect(unknown).toEqual({ __typename: 'Book' });
});

test('a copy shares nothing', () => {
  const original = { a: [{ b: 1 }], c: null };
  const copied = copy(original);
  expect(copied).toEqual(original);
  expect(copied.a[0]).not.toBe(original.a[0]);
});
