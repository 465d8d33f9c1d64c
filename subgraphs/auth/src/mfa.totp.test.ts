import { randomBytes } from 'node:crypto';
import { createSealer } from '@kronos/sealing';
import { URI } from 'otpauth';
import { expect, test } from 'vitest';
import { mfaSecretContext, newTotpSecret, totpStepOf } from './mfa.totp.ts';

// RFC 6238, appendix B: the last six of the eight digits.
const secret = Buffer.from('12345678901234567890');

test.each([
  [59, '287082', 1n],
  [1111111109, '081804', 37037036n],
  [1234567890, '005924', 41152263n],
  [20000000000, '353130', 666666666n],
])('at %s seconds the code is %s', (seconds, code, step) => {
  const now = new Date(seconds * 1000);
  expect(totpStepOf(code, secret, now)).toBe(step);
  expect(totpStepOf(` ${code.slice(0, 3)} ${code.slice(3)}`, secret, now)).toBe(step);
  // A clock may differ by half a minute, and no more.
  expect(totpStepOf(code, secret, new Date(now.getTime() + 30_000))).toBe(step);
  expect(totpStepOf(code, secret, new Date(now.getTime() + 60_000))).toBeNull();
});

test.each(['', '28708', '2870822', '28708x', '-87082', '２８７０８２', '287082'.repeat(1000)])(
  '%j is no code',
  (code) => {
    expect(totpStepOf(code, secret, new Date(59_000))).toBeNull();
  },
);

test('a new secret is shown as authenticators read it, and lies sealed for its own row', () => {
  const sealer = createSealer({ keys: [{ id: 'test', key: randomBytes(32) }] });
  const made = newTotpSecret(sealer, 'one', 'ada@example.com');
  const read = URI.parse(made.otpauthUri);
  expect(read).toMatchObject({ issuer: 'Kronos', label: 'ada@example.com', algorithm: 'SHA1', digits: 6 });
  expect(read.secret.base32).toBe(made.secret);
  expect(made.sealedSecret).not.toContain(made.secret);
  expect(Buffer.from(sealer.unseal(made.sealedSecret, mfaSecretContext('one')))).toEqual(
    Buffer.from(read.secret.buffer),
  );
  expect(() => sealer.unseal(made.sealedSecret, mfaSecretContext('other'))).toThrow();
});
