import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { measureSizes, type OperationSize } from './measure-size.ts';

const sizeOf = (query: string) => [...measureSizes(parse(query)).values()][0]!;

test.each<[string, Partial<OperationSize>]>([
  ['{ a { a { a { b } } } }', { depth: 4, rootFields: 1 }],
  ['{ a { ...A } } fragment A on Query { a { a { b } } }', { depth: 4 }],
  ['{ a { ... on Query { ... { b } } } }', { depth: 2 }],
  ['{ a { w: b x: b y: b z: b } }', { aliases: 4 }],
  ['{ a { ...A } a { ...A } } fragment A on Query { x: b y: b }', { aliases: 4 }],
  ['{ b ...A } fragment A on Query { a { b } c: b }', { rootFields: 3 }],
  ['{ ...A @defer a { ...A } } fragment A on Query { ... @defer { b } }', { deferred: 3 }],
  ['query ($i: Int @x) @y { a @skip(if: true) @include(if: true) { b @z } }', { directives: 5 }],
  ['{ ...A @x a { ...A } } fragment A on Query @y { b @z }', { directives: 5 }],
])('%s', (query, size) => {
  expect(sizeOf(query)).toMatchObject(size);
});

test('fragments that spread each other a billion times are measured in no time', () => {
  const fragments = Array.from(
    { length: 60 },
    (_, index) => `fragment F${index} on Query { a { ...F${index + 1} } x: a { ...F${index + 1} } }`,
  );
  const query = `{ ...F0 } ${fragments.join('\n')} fragment F60 on Query { b }`;
  expect(sizeOf(query)).toMatchObject({ depth: 61, aliases: 2 ** 60 - 1 });
});

test('fragments in a circle do not hang', () => {
  expect(sizeOf('{ ...A } fragment A on Query { a { ...A } }').depth).toBe(1);
});
