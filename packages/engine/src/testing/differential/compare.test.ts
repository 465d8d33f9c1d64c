import type { FormattedExecutionResult } from 'graphql';
import { expect, test } from 'vitest';
import { compareAnswers } from './compare.ts';

const compare = (truth: FormattedExecutionResult, answer: FormattedExecutionResult, isHidden = false) =>
  compareAnswers(truth, answer, () => isHidden).map(({ kind }) => kind);
const error = (...path: (string | number)[]) => ({ message: 'no', path });

test('the same data with the same nulls explained agree, however many errors explain one null', () => {
  const data = { a: [{ b: null }, null], c: 1 };
  const truth = { data, errors: [error('a', 0, 'b'), error('a', 1, 'd', 0), error('a', 1, 'e')] };
  expect(compare(truth, { data, errors: [error('a', 1, 'e'), error('a', 0, 'b')] })).toEqual([]);
});

test('other values, and other orders of keys, differ', () => {
  expect(compare({ data: { a: 1 } }, { data: { a: 2 } })).toEqual(['data']);
  expect(compare({ data: { a: 1, b: 2 } }, { data: { b: 2, a: 1 } })).toEqual(['data']);
  expect(compare({ data: { a: null } }, { data: null })).toEqual(['data']);
});

test('a null without its error, and an error that explains nothing, differ', () => {
  const data = { a: [null, { b: 1 }] };
  expect(compare({ data, errors: [error('a', 0)] }, { data })).toEqual(['error missing']);
  expect(compare({ data }, { data, errors: [error('a', 0)] })).toEqual(['error invented']);
  expect(compare({ data }, { data, errors: [error('a', 1, 'b')] })).toEqual(['error invented']);
  expect(compare({ data }, { data, errors: [{ message: 'no' }] })).toEqual(['error without path']);
  expect(compare({ data: null, errors: [error('x')] }, { data: null, errors: [{ message: 'no' }] })).toEqual(
    [],
  );
});

test('a hidden error is let pass where it explains no null, and nowhere else', () => {
  const data = { a: { b: 1, c: null } };
  expect(compare({ data }, { data, errors: [error('a', 'key')] }, true)).toEqual([]);
  expect(compare({ data }, { data, errors: [error('a', 'c')] }, true)).toEqual(['error invented']);
});
