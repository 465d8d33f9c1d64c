import { expect, test } from 'vitest';
import { measureNesting } from './nesting.ts';

test.each<[string, number]>([
  ['', 0],
  ['{ a }', 1],
  ['{ a(b: [1, { c: [2] }]) { d } } { e }', 5],
  ['query ($a: [[Int]]) { a }', 3],
  ['{ a(b: "{{{{") }', 2],
  ['{ a(b: "\\"{{{") { c } }', 2],
  ['{ a(b: """ {{ " { "" \\""" {{{ """) { c } }', 2],
  ['{ a # {{{{\n { b } }', 2],
  ['{ a # {{{{', 1],
  ['{ a(b: "{{{\n {', 3],
  ['{ a(b: """ {{{', 2],
  ['}}}} {{', 0],
])('%s', (document, expected) => {
  expect(measureNesting(document)).toBe(expected);
});

test.each(['{', '"', '"""', '\\"""', '"\\', '#', '""', '"\n'])('a megabyte of %j takes no time', (part) => {
  const started = performance.now();
  measureNesting(part.repeat(1_000_000 / part.length));
  measureNesting(`"""${part.repeat(1_000_000 / part.length)}`);
  expect(performance.now() - started).toBeLessThan(1_000);
});
