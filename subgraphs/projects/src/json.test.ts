import { expect, test } from 'vitest';
import { jsonObject } from './json.ts';

const schema = jsonObject(1024, 'It');
const nested = (levels: number): object => (levels === 0 ? {} : { in: nested(levels - 1) });

test.each([
  ['an object', { style: 'ink', seconds: 30, more: [1, null, true, { a: 'é' }] }, true],
  ['a list', [], false],
  ['a text', 'x', false],
  ['NUL within a text', { a: ['\0'] }, false],
  ['NUL within a name', { '\0': 1 }, false],
  ['half a character', { a: '\ud800' }, false],
  ['the text that looks like NUL', { a: '\\u0000' }, true],
  ['20 levels', nested(19), true],
  ['21 levels', nested(20), false],
  ['a thousand levels', nested(1_000), false],
  ['as much as there may be', { a: 'x'.repeat(1_016) }, true],
  ['a byte more', { a: 'x'.repeat(1_017) }, false],
])('%s', (_name, value, isGood) => {
  expect(schema.safeParse(value).success).toBe(isGood);
});
