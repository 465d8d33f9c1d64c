import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { limitOperations } from './operation-limits.ts';

const schema = buildSchema('type Query { a: Query b: Int }');
const rule = limitOperations({ depth: 4, aliases: 3, rootFields: 2, deferred: 2 });
const exceeded = (query: string) =>
  validate(schema, parse(query), [rule]).map(({ extensions }) => extensions.limit);

test.each([
  ['{ a { a { a { b } } } }', []],
  ['{ a { a { a { a { b } } } } }', [{ limit: 'depth', value: 5, maximum: 4 }]],
  ['{ a { ...A } } fragment A on Query { a { a { a { b } } } }', [{ limit: 'depth', value: 5, maximum: 4 }]],
  ['{ a { ... on Query { ... { b } } } }', []],
  ['{ a { w: b x: b y: b z: b } }', [{ limit: 'aliases', value: 4, maximum: 3 }]],
  [
    '{ a { ...A } a { ...A } } fragment A on Query { x: b y: b }',
    [{ limit: 'aliases', value: 4, maximum: 3 }],
  ],
  ['{ b ...A } fragment A on Query { a { b } c: b }', [{ limit: 'rootFields', value: 3, maximum: 2 }]],
  ['{ ... @defer { a { ... @defer { b } } } }', []],
  [
    '{ ...A @defer a { ...A } } fragment A on Query { ... @defer { b } }',
    [{ limit: 'deferred', value: 3, maximum: 2 }],
  ],
])('%s', (query, limits) => {
  expect(exceeded(query)).toEqual(limits);
});

test('fragments that spread each other a billion times are measured in no time', () => {
  const fragments = Array.from(
    { length: 60 },
    (_, index) => `fragment F${index} on Query { a { ...F${index + 1} } x: a { ...F${index + 1} } }`,
  );
  const query = `{ ...F0 } ${fragments.join('\n')} fragment F60 on Query { b }`;
  expect(exceeded(query)).toHaveLength(2);
});

test('fragments in a circle do not hang', () => {
  expect(exceeded('{ ...A } fragment A on Query { a { ...A } }')).toEqual([]);
});
