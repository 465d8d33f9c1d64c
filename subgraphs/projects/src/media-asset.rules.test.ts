import { expect, test } from 'vitest';
import { isNamedLike, isOfSize, kindOf } from './media-asset.rules.ts';

test.each([
  ['application/pdf', 'document'],
  ['image/png', 'image'],
  ['audio/mpeg', 'audio'],
  ['video/mp4', 'video'],
  ['application/x-msdownload', null],
  ['image/svg+xml', null],
  ['constructor', null],
])('a file of the type %s is a %s', (type, kind) => {
  expect(kindOf(type)).toBe(kind);
});

test.each([
  ['book.pdf', 'application/pdf', true],
  ['BOOK.PDF', 'application/pdf', true],
  ['book', 'application/pdf', true],
  ['book.pdf.exe', 'application/pdf', false],
  ['photo.jpeg', 'image/jpeg', true],
  ['photo.png', 'image/jpeg', false],
])('“%s” as %s: %s', (name, type, is) => {
  expect(isNamedLike(name, type)).toBe(is);
});

test('a file is as large as its type allows, to the byte', () => {
  expect(isOfSize(100n * 1024n ** 2n, 'application/pdf')).toBe(true);
  expect(isOfSize(100n * 1024n ** 2n + 1n, 'application/pdf')).toBe(false);
  expect(isOfSize(5n * 1024n ** 3n, 'video/mp4')).toBe(true);
});
