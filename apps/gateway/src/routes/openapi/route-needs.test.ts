import type { AccessRule } from '@kronos/operations';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { sampleRoute } from '../../testing/sample-rules.ts';
import { prepareRoute } from '../prepare-route.ts';
import { createRouteNeeds, type RouteNeeds } from './route-needs.ts';

const schema = buildSchema(`
  type Query { me: Person people: [Person!]! anybody: [Person]! open: Open either: Either }
  type Person { id: ID! email: String token: String! friends: [Person!] }
  type Open { id: ID! owner: Person! }
  union Either = Person | Open
`);
const forViewers: AccessRule = { isForViewers: true, scopes: [], policies: [] };
const forReaders: AccessRule = { isForViewers: true, scopes: [['read', 'more'], ['all']], policies: [] };
const byPolicy: AccessRule = { isForViewers: false, scopes: [], policies: [['own']] };
const rules = new Map([
  ['Query.me', forViewers],
  ['Person.email', forViewers],
  ['Person.token', forReaders],
  ['Open.owner', byPolicy],
]);

function needsOf(
  document: string,
  resultPath: string | null,
  { mode = 'null' as 'null' | 'refuse', requiredScopes = [] as string[] } = {},
): RouteNeeds {
  const route = sampleRoute('GET', '/x', document, { resultPath, requiredScopes });
  const find = createRouteNeeds({ rulesOf: () => rules, mode });
  return find(prepareRoute(route, document, schema), schema);
}

const nothing = { login: false, scopes: [[]] };
const login = { login: true, scopes: [[]] };
const scopes = { login: true, scopes: [['read', 'more'], ['all']] };

test.each<[string, string | null, RouteNeeds]>([
  ['{ open { id } }', 'open', nothing],
  ['{ me { id } }', 'me', login],
  ['{ me { id } }', null, nothing],
  ['{ mine: me { id } open { id } }', 'mine', login],
  ['{ mine: me { id } open { id } }', 'open', nothing],
  ['{ me { email } }', 'me.email', login],
  // Null, where it may be: the rest is an answer.
  ['{ people { id email } }', 'people', nothing],
  ['{ people { friends { token } } }', 'people', nothing],
  // Null, where it may not be, makes null what is around it.
  ['{ people { id token } }', 'people', scopes],
  ['{ people { id token } open { id } }', 'open', scopes],
  ['{ anybody { id token } }', 'anybody', nothing],
  ['{ open { owner { id } } }', 'open', nothing],
  ['{ either { ... on Person { token } } }', 'either', scopes],
])('%s at %s', (document, resultPath, expected) => {
  expect(needsOf(document, resultPath)).toEqual(expected);
});

test('where operations are refused as a whole, all of their rules are needed', () => {
  expect(needsOf('{ people { id email } }', 'people', { mode: 'refuse' })).toEqual(login);
  expect(needsOf('{ open { owner { token } } }', null, { mode: 'refuse' })).toEqual(scopes);
});

test('what the route itself asks for comes before what its operation does', () => {
  const asked = { requiredScopes: ['orders'] };
  expect(needsOf('{ open { id } }', 'open', asked)).toEqual({ login: true, scopes: [['orders']] });
  expect(needsOf('{ people { token } }', 'people', asked)).toEqual({
    login: true,
    scopes: [
      ['orders', 'read', 'more'],
      ['orders', 'all'],
    ],
  });
});
