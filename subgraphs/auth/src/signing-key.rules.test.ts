import { expect, test } from 'vitest';
import { publishedKeys } from './signing-key.rules.ts';

const at = (time: string) => new Date(`2026-11-20T${time}:00Z`);
const keys = [
  { kid: 'first', algorithm: 'EdDSA', signsFrom: at('08:00') },
  { kid: 'second', algorithm: 'EdDSA', signsFrom: at('12:00') },
];
const statusesAt = (time: string) =>
  Object.fromEntries(publishedKeys(keys, at(time)).map(({ key, status }) => [key.kid, status]));

test('a key is announced, then signs while the one before retires, then stands alone', () => {
  expect(statusesAt('11:59')).toEqual({ second: 'ANNOUNCED', first: 'ACTIVE' });
  expect(statusesAt('12:00')).toEqual({ second: 'ACTIVE', first: 'RETIRED' });
  // An impersonation lasts for an hour, and so does its token.
  expect(statusesAt('13:04')).toEqual({ second: 'ACTIVE', first: 'RETIRED' });
  expect(statusesAt('13:05')).toEqual({ second: 'ACTIVE' });
});

test('keys of two kinds take no notice of each other', () => {
  const rsa = { kid: 'rsa', algorithm: 'RS256', signsFrom: at('12:00') };
  const statuses = (time: string) => publishedKeys([...keys, rsa], at(time)).map(({ status }) => status);
  expect(publishedKeys([rsa, ...keys], at('12:00')).map(({ key }) => key.kid)).toEqual([
    'second',
    'rsa',
    'first',
  ]);
  expect(statuses('12:00')).toEqual(['ACTIVE', 'ACTIVE', 'RETIRED']);
  expect(statuses('11:00')).toEqual(['ANNOUNCED', 'ANNOUNCED', 'ACTIVE']);
});

test('without keys there is none', () => {
  expect(publishedKeys([], at('12:00'))).toEqual([]);
});
