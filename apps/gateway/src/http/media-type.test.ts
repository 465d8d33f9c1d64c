import { expect, test } from 'vitest';
import { mediaTypeFor } from './media-type.ts';

const json = 'application/json';
const graphql = 'application/graphql-response+json';

test.each([
  [undefined, json],
  ['*/*', json],
  ['application/*', json],
  ['text/html', json],
  [json, json],
  [graphql, graphql],
  [`${graphql}, ${json};q=0.9`, graphql],
  [`${json}, ${graphql}`, json],
  [`${graphql}; charset=utf-8, ${json}`, graphql],
  [`${graphql};q=0.5, */*`, json],
  [`${graphql}, */*`, graphql],
])('accept: %s', (accept, expected) => {
  expect(mediaTypeFor(accept)).toBe(expected);
});
