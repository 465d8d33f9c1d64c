import { expect, test } from 'vitest';
import { findAmbiguity } from './ambiguities.ts';

test.each([
  [[]],
  [
    [
      'Host',
      'a',
      'Authorization',
      'Bearer b',
      'Content-Type',
      'application/json',
      'Transfer-Encoding',
      'Chunked',
    ],
  ],
  [['host', 'a', 'accept', 'b', 'accept', 'c', 'content-encoding', 'identity', 'cookie', 'd', 'cookie', 'e']],
  // As long as one of the names, and another.
  [['date', 'a', 'date', 'b']],
])('%j is clear', (headers) => {
  expect(findAmbiguity(headers)).toBeUndefined();
});

test.each([
  [['host', 'a', 'x', 'y', 'Host', 'a'], 400, 'host'],
  [['authorization', 'Bearer a', 'AUTHORIZATION', 'Bearer b'], 400, 'authorization'],
  [['content-type', 'application/json', 'content-type', 'text/plain'], 400, 'content-type'],
  [['x-kronos-client-key', 'a', 'X-Kronos-Client-Key', 'b'], 400, 'x-kronos-client-key'],
  [['transfer-encoding', 'gzip, chunked'], 400, 'chunked'],
  [['content-encoding', 'gzip'], 415, 'encoding'],
  [['content-encoding', ''], 415, 'encoding'],
])('%j is not', (headers, status, word) => {
  expect(findAmbiguity(headers)).toEqual({ status, message: expect.stringContaining(word) });
});
