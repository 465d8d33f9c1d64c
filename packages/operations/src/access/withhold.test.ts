import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { findGuards } from './find-guards.ts';
import { meets } from './meets.ts';
import type { AccessRule } from './rules.ts';
import { compileWithholding } from './withhold.ts';

const schema = buildSchema(`
  type Query { me: Person open: Open posts: [Post!]! grid: [[Post]] either: Either people: [Person] }
  type Person { name: String email: String friends: [Person!] }
  type Open { id: ID! me: Person }
  interface Post { id: ID! title: String }
  type Blog implements Post { id: ID! title: String author: Person }
  type Private implements Post { id: ID! title: String }
  union Either = Open | Private
`);
const forViewers: AccessRule = { isForViewers: true, scopes: [], policies: [] };
const forReaders: AccessRule = { isForViewers: true, scopes: [['read']], policies: [] };
const byPolicy: AccessRule = { isForViewers: false, scopes: [], policies: [['own'], ['a', 'b']] };
const rules = new Map([
  ['Person.email', forViewers],
  ['Person.friends', forReaders],
  ['Open.me', byPolicy],
  ['Private', forViewers],
]);

function withheld(query: string, { scopes = null as string[] | null, policies = [] as string[] } = {}) {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = { schema, document, operation: getOperationAST(document)! };
  const withhold = compileWithholding(operation, findGuards(operation, rules));
  const caller = { scopes: scopes && new Set(scopes), grants: (policy: string) => policies.includes(policy) };
  const { fields = [], places = [] } = withhold(({ rule }) => meets(rule, caller)) ?? {};
  return { fields, paths: places.map(({ path }) => path.join('/')), places };
}

test.each<[string, number[], string[]]>([
  ['{ me { name } }', [], []],
  ['{ me { name mail: email } }', [2], ['me/mail']],
  ['{ people { email friends { email } } }', [1, 2, 3], ['people/@/email', 'people/@/friends/@']],
  ['{ posts { id } }', [0, 1], ['posts/@']],
  ['{ grid { id } }', [0, 1], ['grid/@/@']],
  ['{ posts { __typename ... on Post { title } } }', [2], ['posts/@/title']],
  [
    '{ posts { ... on Blog { id author { email } } ... on Private { id title } } }',
    [3, 4, 5],
    ['posts/@/... on Blog/author/email', 'posts/@/... on Private'],
  ],
  ['{ either { __typename ...P } } fragment P on Private { id }', [2], ['either/... on Private']],
  ['{ a: me { ...M } b: me { ...M } } fragment M on Person { email }', [2], ['a/email', 'b/email']],
  ['{ me { email } me { email } }', [1, 3], ['me/email']],
  ['{ ... { me { email } } }', [1], ['me/email']],
  ['{ ...Q } fragment Q on Query { me { email @include(if: false) } }', [1], ['me/email']],
])('%s', (query, fields, paths) => {
  expect(withheld(query)).toMatchObject({ fields, paths });
});

test('whoever meets the rules is withheld nothing', () => {
  const query = '{ people { email friends { name } } open { me { name } } }';
  expect(withheld(query, { scopes: [] }).paths).toEqual(['people/@/friends/@', 'open/me']);
  expect(withheld(query, { scopes: ['read'], policies: ['a'] }).paths).toEqual(['open/me']);
  expect(withheld(query, { scopes: ['read'], policies: ['a', 'b'] }).paths).toEqual([]);
  expect(withheld(query, { scopes: null, policies: ['own'] }).paths).toEqual([
    'people/@/email',
    'people/@/friends/@',
  ]);
});

test('what a caller lacks is told, and whether it is a root field', () => {
  const { places } = withheld('{ posts { id } me { email } }');
  expect(places).toEqual([
    { path: ['posts', '@'], isRoot: true, requirement: { coordinate: 'Private', rule: forViewers } },
    { path: ['me', 'email'], isRoot: false, requirement: { coordinate: 'Person.email', rule: forViewers } },
  ]);
});

test('numbers count the fields of all operations of the text', () => {
  const document = parse('query A { me { name } } query B { me { email } }');
  const operation = { schema, document, operation: getOperationAST(document, 'B')! };
  const withhold = compileWithholding(operation, findGuards(operation, rules));
  expect(withhold(() => false)?.fields).toEqual([3]);
});

test('fragments that spread each other a billion times list a thousand places, in no time', () => {
  const levels = Array.from(
    { length: 40 },
    (_, level) => `fragment F${level} on Open { a: me { name } ...F${level + 1} ...G${level + 1} }
      fragment G${level} on Open { ...F${level + 1} b: me { name } }`,
  );
  const nested = Array.from(
    { length: 40 },
    (_, level) =>
      `fragment N${level} on Person { a: friends { ...N${level + 1} } b: friends { ...N${level + 1} } }`,
  );
  const ends =
    'fragment F40 on Open { me { email } } fragment G40 on Open { me { email } } fragment N40 on Person { email }';
  const query = `{ open { ...F0 me { ...N0 } } } ${levels.join()} ${nested.join()} ${ends}`;
  const before = performance.now();
  const document = parse(query);
  const operation = { schema, document, operation: getOperationAST(document)! };
  const withhold = compileWithholding(operation, findGuards(operation, rules));
  const isMet = ({ coordinate }: { coordinate: string }) => coordinate !== 'Person.email';
  expect(withhold(isMet)?.places).toHaveLength(1_000);
  expect(performance.now() - before).toBeLessThan(2_000);
});
