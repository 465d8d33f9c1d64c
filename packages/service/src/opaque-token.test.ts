import { expect, test } from 'vitest';
import { isOpaqueToken, newOpaqueToken } from './opaque-token.ts';

const id = '01jd3m5yq0e8ktp0a3y7w9gq3h';

test('tokens are told by their form and their checksum, and are never the same', () => {
  const tokens = Array.from({ length: 1_000 }, () => newOpaqueToken(id));
  for (const token of tokens) {
    expect(token).toMatch(/^kronos_01jd3m5yq0e8ktp0a3y7w9gq3h_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    expect(isOpaqueToken(token)).toBe(true);
  }
  expect(new Set(tokens).size).toBe(1_000);
});

test('one wrong character anywhere is noticed', () => {
  const token = newOpaqueToken(id);
  for (let index = 0; index < token.length; index++) {
    const other = token[index] === 'x' ? 'y' : 'x';
    expect(isOpaqueToken(token.slice(0, index) + other + token.slice(index + 1))).toBe(false);
  }
  for (const text of ['', 'kronos_', token.slice(1), `${token}x`, ` ${token}`, `${token}\n`]) {
    expect(isOpaqueToken(text)).toBe(false);
  }
});
