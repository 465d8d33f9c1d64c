import { expect, test } from 'vitest';
import { compileCopy } from './compile-copy.ts';

const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value));

/** As text, in which a key that is undefined does not show. */
const asText = (value: unknown) => JSON.stringify(value);

test.each([
  ['texts and numbers', 'a b c d', { a: 'x', b: 1.5, c: -0, d: true }],
  ['numbers that JSON has not', 'a b', { a: Number.NaN, b: Number.POSITIVE_INFINITY }],
  ['a date, and none', 'a b', { a: new Date(0), b: new Date(Number.NaN) }],
  ['what JSON leaves out', 'a b c', { a: undefined, b: () => 1, c: Symbol('c') }],
  ['the same in lists', 'a', { a: [undefined, () => 1, Symbol('c'), Number.NaN, [undefined]] }],
  ['toJSON', 'a b', { a: { toJSON: () => ({ x: [1] }) }, b: [{ toJSON: () => undefined }] }],
  ['boxed values', 'a b', { a: new String('x'), b: new Number(1) }],
  ['objects of custom scalars', 'a', { a: { b: { c: [new Date(0), { d: undefined }] } } }],
  ['lists of lists', 'a { b }', { a: [[{ b: 1 }, null], null, [{ b: 2 }, undefined]] }],
  ['a list with holes', 'a { b }', { a: Object.assign(new Array(3), { 1: { b: 1 } }) }],
  [
    'what one of several types has',
    'a { ... on B { b } ... on C { c { d } } }',
    { a: [{ b: 1 }, { c: null }] },
  ],
  ['a fragment', '...F } fragment F on Query { a { b }', { a: { b: 1 } }],
  ['a value where an object is due', 'a { b } c { d }', { a: 'x', c: [1] }],
  ['keys that every object inherits', 'constructor __proto__ toString { valueOf }', { toString: {} }],
  ['such a key that is there', '__proto__ a', JSON.parse('{"__proto__":{"b":1},"a":1}')],
])('%s arrive as JSON would bring them', (_, selection, value) => {
  const copied = compileCopy(`{ ${selection} }`)(value);
  expect(asText(copied)).toBe(asText(throughJson(value)));
});

test('what was not selected does not arrive', () => {
  expect(asText(compileCopy('{ a { b } }')({ a: { b: 1, c: 2 }, d: 3 }))).toBe('{"a":{"b":1}}');
});

test('nothing of the copy belongs to anybody else', () => {
  const scalar = { b: [{ c: 1 }] };
  const value = { leaf: scalar, list: [[scalar]], object: { inner: { leaf: scalar } } };
  const copied = compileCopy('{ leaf list object { inner { leaf } } }')(value) as typeof value;
  copied.leaf.b[0]!.c = 2;
  copied.list[0]!.push({ b: [] });
  copied.object.inner.leaf.b.pop();
  expect(value).toEqual({
    leaf: { b: [{ c: 1 }] },
    list: [[{ b: [{ c: 1 }] }]],
    object: { inner: { leaf: { b: [{ c: 1 }] } } },
  });
});

test('what JSON refuses is refused', () => {
  expect(() => compileCopy('{ a }')({ a: 1n })).toThrow(TypeError);
});
