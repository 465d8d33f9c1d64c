import { expect, test } from 'vitest';
import { createQueries } from './queries.ts';

const { isQuery } = createQueries();

test.each([
  ['{ a }', true],
  ['query subscriptions { mutations }', true],
  ['query Q { a } mutation M { b }', false],
  ['query Q { a }\nsubscription S { b }', false],
  ['mutation{a}', false],
  ['{ mutation }', false],
  [undefined, false],
])('POST %s: %s', (query, expected) => {
  expect(isQuery('POST', { query })).toBe(expected);
});

test('GET is always a query; other methods and bodies are none', () => {
  expect(isQuery('GET', undefined)).toBe(true);
  expect(isQuery('PUT', { query: '{ a }' })).toBe(false);
  expect(isQuery('POST', [{ query: '{ a }' }])).toBe(false);
  expect(isQuery('POST', null)).toBe(false);
  expect(isQuery('POST', { extensions: { persistedQuery: { sha256Hash: 'unknown' } } })).toBe(false);
});
