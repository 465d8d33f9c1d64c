import { describe, expect, test } from 'vitest';
import { profileChange } from './profile.rules.ts';

const accepts = (input: object) => profileChange.safeParse(input).success;

test('a field that is left out is not changed, null clears it', () => {
  expect(profileChange.parse({})).toEqual({});
  expect(profileChange.parse({ avatarUrl: null, locale: null, timeZone: null })).toEqual({
    avatarUrl: null,
    locale: null,
    timeZone: null,
  });
});

describe('displayName', () => {
  test('is trimmed and counted in characters, not in UTF-16 units', () => {
    expect(profileChange.parse({ displayName: '  Ada ' }).displayName).toBe('Ada');
    expect(accepts({ displayName: '🦉'.repeat(80) })).toBe(true);
    expect(accepts({ displayName: 'x'.repeat(81) })).toBe(false);
  });

  test.each([[null], [''], ['  '], ['Ada\nLovelace'], ['Ada\u0000']])('refuses %j', (displayName) => {
    expect(accepts({ displayName })).toBe(false);
  });
});

describe('avatarUrl', () => {
  test.each(['https://example.com/a.png', 'https://localhost:4000/a'])('accepts %s', (avatarUrl) => {
    expect(accepts({ avatarUrl })).toBe(true);
  });

  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:image/png;base64,',
    'http://example.com/a.png',
    'https://me:secret@example.com/a.png',
    'a.png',
    '',
  ])('refuses %s', (avatarUrl) => {
    expect(accepts({ avatarUrl })).toBe(false);
  });

  test('has an end', () => {
    expect(accepts({ avatarUrl: `https://example.com/${'x'.repeat(2048)}` })).toBe(false);
  });
});

describe('locale', () => {
  test.each([
    ['fr', 'fr'],
    ['EN-us', 'en-US'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['de-DE-u-co-phonebk', 'de-DE'],
  ])('%s is kept as %s', (given, kept) => {
    expect(profileChange.parse({ locale: given }).locale).toBe(kept);
  });

  test.each(['', 'en_US', 'e', 'x-private'])('refuses %j', (locale) => {
    expect(accepts({ locale })).toBe(false);
  });
});

describe('timeZone', () => {
  test.each(['Europe/Paris', 'UTC', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata'])(
    'accepts %s',
    (timeZone) => {
      expect(profileChange.parse({ timeZone }).timeZone).toBe(timeZone);
    },
  );

  test.each(['', '+01:00', '-05', 'Europe/Atlantis', 'noon'])('refuses %j', (timeZone) => {
    expect(accepts({ timeZone })).toBe(false);
  });
});
