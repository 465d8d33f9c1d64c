import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { countComparisons } from './count-comparisons.ts';

const count = (query: string, limit = 1_000) => countComparisons(parse(query), limit);
const times = (number: number, part: (index: number) => string) =>
  Array.from({ length: number }, (_, index) => part(index)).join(' ');

test.each<[string, number]>([
  ['{ a b c }', 3],
  ['{ a { b } c { d } }', 4],
  // Two selections of one place are two, and one comparison.
  ['{ a a }', 3],
  ['{ a a a }', 6],
  ['{ a { b } a { b } }', 6],
  ['{ x: a x: b y: a }', 4],
  ['{ a { b } x: a { b } }', 4],
  ['{ ... { a } ... on Query { a } }', 5],
  ['{ ...F ...F } fragment F on Query { a }', 3],
  ['{ ...F ...G } fragment F on Query { a } fragment G on Query { b }', 5],
  ['query A { a } query B { a }', 2],
  ['{ ...Nowhere }', 1],
])('%s', (query, expected) => {
  expect(count(query)).toBe(expected);
});

test.each<[string, string]>([
  ['one field many times', `{ a { ${times(500, () => 'b { c }')} } }`],
  [
    'many fragments at one place',
    `{ ${times(200, (index) => `...F${index}`)} } ${times(200, (index) => `fragment F${index} on Query { a${index} }`)}`,
  ],
  ['few fields, many levels', `{ ${times(40, () => 'a { a { a { b { c { d } } } } }')} }`],
  [
    'fragments that multiply',
    `{ ...F0 } ${times(40, (index) => `fragment F${index} on Query { a { ...F${index + 1} } b { ...F${index + 1} } }`)} fragment F40 on Query { c }`,
  ],
  ['fragments in a circle', '{ ...A } fragment A on Query { a { ...B } } fragment B on Query { b { ...A } }'],
])('%s are more than a thousand, which is found in no time', (_name, query) => {
  const started = performance.now();
  expect(count(query)).toBeGreaterThan(1_000);
  expect(performance.now() - started).toBeLessThan(500);
});
