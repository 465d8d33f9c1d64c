import { expect, test } from 'vitest';
import { wordsOfSql } from './sql-words.ts';

test.each([
  ['select f(1)', 'SELECT', ['f']],
  ['-- g(\n/* h( /* i( */ */ WITH x AS (SELECT J (1))', 'WITH', ['as', 'j']],
  [`SELECT 'k(', E'\\'l(', $$m($$, $a$ $$ n( $a$, o$$p (1)`, 'SELECT', ['o$$p']],
  [`SELECT '\\', q(1)`, 'SELECT', ['q']],
  ["SELECT E'x'\n'a\\'' , q(1) --'", 'SELECT', ['q']],
  ["SELECT E'x' -- y\n\t'a\\'(', r(1)", 'SELECT', ['r']],
  ['SELECT "R""s" . t /**/ (1)', 'SELECT', ['R"s', 't']],
  ['SELECT $1, $2(', 'SELECT', []],
  [`SELECT 'never ends, u(`, 'SELECT', []],
  ['SELECT $v$ never ends, w(', 'SELECT', []],
  ['(SELECT été(1))', 'SELECT', ['été']],
  ['', '', []],
])('%s', (sql, verb, callable) => {
  const words = wordsOfSql(sql);
  expect([words.verb, [...words.callable].sort()]).toEqual([verb, [...callable].sort()]);
});

test('a name in escapes is noticed', () => {
  expect(wordsOfSql(String.raw`SELECT U&"set\005fconfig"(1)`).hasEscapedNames).toBe(true);
  expect(wordsOfSql(String.raw`SELECT u&'\0061'`).hasEscapedNames).toBe(false);
});
