import { expect, test } from 'vitest';
import { isSessionOpen, sessionExpiry } from './session.rules.ts';

const createdAt = new Date('2026-01-01T00:00:00Z');

test('a session ends thirty days after its last refresh', () => {
  expect(sessionExpiry(createdAt, new Date('2026-03-01T00:00:00Z'))).toEqual(
    new Date('2026-03-31T00:00:00Z'),
  );
});

test('a session ends after a year however often it is refreshed', () => {
  expect(sessionExpiry(createdAt, new Date('2026-12-31T00:00:00Z'))).toEqual(
    new Date('2027-01-01T00:00:00Z'),
  );
});

test('a session is open until it expires or is revoked', () => {
  const expiresAt = new Date('2026-02-01T00:00:00Z');
  const during = new Date('2026-01-15T00:00:00Z');
  expect(isSessionOpen({ revokedAt: null, expiresAt }, during)).toBe(true);
  expect(isSessionOpen({ revokedAt: null, expiresAt }, expiresAt)).toBe(false);
  expect(isSessionOpen({ revokedAt: createdAt, expiresAt }, during)).toBe(false);
});
