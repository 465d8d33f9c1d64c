import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { limitOperations } from './operation-limits.ts';

const schema = buildSchema('type Query { a(ids: [Int]): Query b: Int }');
const rule = limitOperations({
  depth: 4,
  aliases: 3,
  rootFields: 2,
  directives: 2,
  deferred: 2,
  listInput: 3,
});
const exceeded = (query: string) =>
  validate(schema, parse(query), [rule]).map(({ extensions }) => extensions.limit);

test.each([
  ['{ a { a { a { b } } } }', []],
  ['{ a { a { a { a { b } } } } }', [{ limit: 'depth', value: 5, maximum: 4 }]],
  ['{ a { w: b x: b y: b z: b } }', [{ limit: 'aliases', value: 4, maximum: 3 }]],
  ['{ b ...A } fragment A on Query { a { b } c: b }', [{ limit: 'rootFields', value: 3, maximum: 2 }]],
  [
    '{ b @skip(if: true) a @include(if: true) { b @skip(if: true) } }',
    [{ limit: 'directives', value: 3, maximum: 2 }],
  ],
  ['{ ... @defer { a { ... @defer { b } } } }', []],
  ['{ a(ids: [1, 2, 3]) { b } }', []],
  ['{ a(ids: [1, 2, 3, 4]) { b } }', [{ limit: 'listInput', value: 4, maximum: 3 }]],
  [
    'query A { a { a { a { a { b } } } } } query B { w: b x: a { y: b z: b } }',
    [
      { limit: 'depth', value: 5, maximum: 4 },
      { limit: 'aliases', value: 4, maximum: 3 },
    ],
  ],
])('%s', (query, limits) => {
  expect(exceeded(query)).toEqual(limits);
});
