import { expect, test } from 'vitest';
import { RawJson, stringifyAnswer } from './raw-json.ts';

test.each([
  [{ data: { a: 1 } }, '{"data":{"a":1}}'],
  [{ data: new RawJson('{"a":1}') }, '{"data":{"a":1}}'],
  [
    { errors: undefined, data: new RawJson('{"a":1}'), extensions: { b: 2 } },
    '{"data":{"a":1},"extensions":{"b":2}}',
  ],
  [
    { data: new RawJson('{"a":null}'), errors: [{ message: 'no' }], extensions: { b: 2 } },
    '{"errors":[{"message":"no"}],"data":{"a":null},"extensions":{"b":2}}',
  ],
])('%j', (answer, text) => {
  expect(stringifyAnswer(answer)).toBe(text);
  expect(JSON.parse(JSON.stringify(answer))).toEqual(JSON.parse(text));
});
