import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

test('every kind of sort value survives', () => {
  const values = ['é%_', 1.5, true, null, 12345678901234567890n, new Date('2027-01-15T18:00:00.123Z'), 'id'];
  expect(decodeCursor(encodeCursor(values), values.length)).toEqual(values);
});

test('a decimal, which is an object of Prisma’s, travels as its text', () => {
  expect(decodeCursor(encodeCursor([{ toString: () => '19.90' }]), 1)).toEqual(['19.90']);
});

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test.each([
  ['not base64', '***'],
  ['not JSON', Buffer.from('hello').toString('base64url')],
  ['not a list', json({ date: 'x' })],
  ['of a list with other keys', json(['a'])],
  ['with a date that is none', json(['a', { date: 'tomorrow' }])],
  ['with an object', json(['a', { equals: 1 }])],
  ['with a number that is none', json(['a', { bigint: '1.5' }])],
  ['with a list', json(['a', ['b']])],
])('a cursor %s is refused', (_what, cursor) => {
  expect(() => decodeCursor(cursor, 2)).toThrow('is not a cursor of this list');
});

test('a row without its sort field is a mistake of the subgraph', () => {
  expect(() => encodeCursor([undefined])).toThrow('select it');
});
