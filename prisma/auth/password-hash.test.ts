import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from './password-hash.ts';

test('hashes by argon2id with the parameters of OWASP and a salt each time', async () => {
  const [first, second] = await Promise.all([hashPassword('secret'), hashPassword('secret')]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(first).not.toBe(second);
});

test('knows the right password from a wrong one', async () => {
  const passwordHash = await hashPassword('correct horse battery staple');
  expect(await verifyPassword(passwordHash, 'correct horse battery staple')).toBe(true);
  expect(await verifyPassword(passwordHash, 'Correct horse battery staple')).toBe(false);
});

test('takes a composed and a decomposed character for the same', async () => {
  expect(await verifyPassword(await hashPassword('caf\u00e9'), 'cafe\u0301')).toBe(true);
});
