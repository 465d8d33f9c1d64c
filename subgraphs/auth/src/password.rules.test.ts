import { expect, test } from 'vitest';
import { passwordWeakness } from './password.rules.ts';

const ada = ['ada.lovelace@example.com', 'Ada Lovelace'];

test.each([
  'correct horse battery staple',
  'my admin wrote this one',
  'tr0ub4dor&3xyz',
  'kjq8 wPzr tn2',
  'пароль надёжный',
  '🦊🐢🌵🚀🎻🍇🧊🪁🥁🧭🪐🎲',
])('accepts %j', (password) => {
  expect(passwordWeakness(password, ada)).toBeNull();
});

test.each([
  ['elevenchars', 'at least 12 characters'],
  ['🦊🐢🌵🚀🎻🍇', 'at least 12 characters'],
  [`x${'ab cd'.repeat(26)}`, 'at most 128 characters'],
  ['aaaaaaaaaaaaaa', 'repeats itself'],
  ['hello1hello1hello1', 'repeats itself'],
  ['123456789012', 'simple sequence'],
  ['abcdefghijklmnop', 'simple sequence'],
  ['aaaabbbbccccdddd', 'simple sequence'],
  ['ada.lovelace@example.com', 'e-mail address or name'],
  ['AdaLovelace1815', 'e-mail address or name'],
  ['lovelace!!lovelace', 'e-mail address or name'],
  ['Password1234!', 'first that are tried'],
  ['P@ssw0rd2026', 'first that are tried'],
  ['qwertyuiop12', 'first that are tried'],
  ['administrator1', 'first that are tried'],
])('refuses %j: %s', (password, reason) => {
  expect(passwordWeakness(password, ada)).toContain(reason);
});

test('a short or empty name forbids nothing', () => {
  expect(passwordWeakness('correct horse battery staple', ['', 'o', '  '])).toBeNull();
});
