import { expect, test } from 'vitest';
import { parseEmail } from './email.ts';

test('gives one spelling to one address', () => {
  expect(parseEmail('  Ada@Example.COM \n')).toBe('ada@example.com');
  expect(parseEmail("o'hara+events@mail.example.co.uk")).toBe("o'hara+events@mail.example.co.uk");
});

test.each([
  '',
  'ada',
  'ada@localhost',
  'ada@@example.com',
  'ada lovelace@example.com',
  'ada@example..com',
  'ada@-example.com',
  `${'a'.repeat(250)}@example.com`,
])('refuses %j', (text) => {
  expect(parseEmail(text)).toBeNull();
});
