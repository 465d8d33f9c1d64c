import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealer, UnsealError } from './sealed.ts';

const older = { id: 'older', key: randomBytes(32) };
const newer = { id: 'newer', key: randomBytes(32) };
const sealer = createSealer({ keys: [newer, older] });
const secret = Buffer.from('a secret');

const reasonOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof UnsealError) return error.reason;
    throw error;
  }
};

test.each([0, 1, 15, 16, 17, 1_000_000])('%i bytes come back as they were', (length) => {
  const plaintext = randomBytes(length);
  expect(plaintext.equals(sealer.unseal(sealer.seal(plaintext, 'row:1'), 'row:1'))).toBe(true);
});

test('it is text without the plaintext, and another one every time', () => {
  const texts = new Set(Array.from({ length: 1_000 }, () => sealer.seal(secret, 'row:1')));
  expect(texts.size).toBe(1_000);
  for (const text of texts) {
    expect(text).toMatch(/^sealed:v1:newer:[\w-]+$/);
    expect(Buffer.from(text.split(':')[3]!, 'base64url').includes(secret)).toBe(false);
  }
});

test('no two messages share the key that encrypts them, whatever the master key', () => {
  const salts = Array.from({ length: 1_000 }, () => sealer.seal(secret, 'row:1').split(':')[3]!.slice(0, 21));
  expect(new Set(salts).size).toBe(1_000);
});

test('it opens in its own context alone', () => {
  const text = sealer.seal(secret, 'mfa-secret:1');
  for (const other of ['mfa-secret:2', 'mfa-secret:', '', 'signing-key:1', 'mfa-secret:1 ']) {
    expect(reasonOf(() => sealer.unseal(text, other))).toBe('ALTERED');
  }
});

test('every single bit counts', () => {
  const [, , id, encoded] = sealer.seal(secret, 'row:1').split(':');
  const bytes = Buffer.from(encoded!, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const altered = Buffer.from(bytes);
    altered[bit >> 3]! ^= 1 << (bit & 7);
    const text = `sealed:v1:${id}:${altered.toString('base64url')}`;
    expect(reasonOf(() => sealer.unseal(text, 'row:1'))).toBe('ALTERED');
  }
});

test('what is cut off, longer, or passed off as sealed by another key does not open', () => {
  const text = sealer.seal(secret, 'row:1');
  expect(reasonOf(() => sealer.unseal(text.slice(0, -4), 'row:1'))).toBe('ALTERED');
  expect(reasonOf(() => sealer.unseal(`${text}AAAA`, 'row:1'))).toBe('ALTERED');
  expect(reasonOf(() => sealer.unseal(text.replace('newer', 'older'), 'row:1'))).toBe('ALTERED');
});

test.each([
  '',
  'a secret',
  'sealed:v1:newer:',
  'sealed:v1:newer:AAAA',
  'sealed:v2:newer:AAAA',
  'sealed:v1::AAAA',
])('nothing that was sealed: “%s”', (text) => {
  expect(reasonOf(() => sealer.unseal(text, 'row:1'))).toBe('MALFORMED');
});

test('an older key still opens what it sealed; a key that is gone opens nothing', () => {
  const text = createSealer({ keys: [older] }).seal(secret, 'row:1');
  expect(Buffer.from(sealer.unseal(text, 'row:1'))).toEqual(secret);
  expect(text.startsWith(sealer.currentPrefix())).toBe(false);
  expect(sealer.seal(secret, 'row:1').startsWith(sealer.currentPrefix())).toBe(true);
  expect(reasonOf(() => createSealer({ keys: [newer] }).unseal(text, 'row:1'))).toBe('UNKNOWN_KEY');
});

test('a fault tells nothing of text or key', () => {
  const text = sealer.seal(secret, 'row:1');
  for (const broken of [text.slice(0, -4), 'a secret', text.replace('newer', 'gone')]) {
    try {
      sealer.unseal(broken, 'row:1');
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain(broken);
    }
  }
});
