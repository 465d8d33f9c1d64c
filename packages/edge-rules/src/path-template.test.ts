import { expect, test } from 'vitest';
import { isReserved, parsePathTemplate, pathPattern } from './path-template.ts';

test('a path is text and parameters', () => {
  expect(parsePathTemplate('/api/v1/events/{id}')).toEqual([
    { literal: 'api' },
    { literal: 'v1' },
    { literal: 'events' },
    { parameter: 'id' },
  ]);
});

test.each([
  ['', 'begins with “/”'],
  ['/', 'names something'],
  ['events', 'begins with “/”'],
  ['/events/', 'empty segment'],
  ['/events//x', 'empty segment'],
  ['/events/..', 'clients resolve away'],
  ['/events/{id', 'neither the text of a path nor one parameter'],
  ['/events/{id}x', 'neither the text of a path nor one parameter'],
  ['/events/{1}', 'neither the text of a path nor one parameter'],
  ['/events?x=1', 'neither the text of a path nor one parameter'],
  ['/events/a%2Fb', 'neither the text of a path nor one parameter'],
  ['/events/%FF', 'neither the text of a path nor one parameter'],
  ['/events/*', 'neither the text of a path nor one parameter'],
  ['/a/{id}/b/{id}', 'has the parameter “{id}” twice'],
])('%j is no path', (path, reason) => {
  expect(() => parsePathTemplate(path)).toThrow(reason);
});

test('paths that differ in the names of parameters match the same requests', () => {
  expect(pathPattern(parsePathTemplate('/events/{id}'))).toBe('/events/{}');
  expect(pathPattern(parsePathTemplate('/events/{slug}'))).toBe('/events/{}');
});

test('what the gateway answers itself is no route', () => {
  const own = ['graphql', 'Ready', 'openapi.json', 'oauth', 'account'];
  expect([...own, 'events', 'accounts'].filter(isReserved)).toEqual(own);
});
