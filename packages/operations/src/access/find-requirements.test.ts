import { buildSchema, getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { compose } from '../testing/compose.ts';
import { findRequirements } from './find-requirements.ts';
import { readAccessRules } from './rules.ts';

const types = `
  type Query { node: Node thing: Thing secret: Secret open: Open union: Both shade: Shade }
  interface Node { id: ID! }
  union Both = Open | Secret
  type Open implements Node { id: ID! friend: Secret day: Day }
`;
const sdl = compose({
  a: {
    sdl: `
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9",
              import: [{ name: "@authenticated", as: "@known" }, "@requiresScopes", "@policy"])
      ${types}
      type Secret implements Node @known { id: ID! depth: Int @requiresScopes(scopes: [["a", "b"], ["c"]]) }
      type Thing { id: ID! @known }
      scalar Day @known
      enum Shade @policy(policies: [["p", "q"], ["r"]]) { DARK }
    `,
  },
});
const rules = readAccessRules(sdl);
const schema = buildSchema(
  `${types} type Secret implements Node { id: ID! depth: Int } type Thing { id: ID! } scalar Day enum Shade { DARK }`,
);

function coordinates(query: string) {
  const document = parse(query);
  const operation = getOperationAST(document)!;
  return findRequirements({ schema, document, operation }, rules).map(({ coordinate }) => coordinate);
}

test('rules are read under the names that the graph links them by', () => {
  expect(Object.fromEntries(rules)).toMatchObject({
    Secret: { isForViewers: true, scopes: [], policies: [] },
    'Secret.depth': { isForViewers: true, scopes: [['a', 'b'], ['c']] },
    'Thing.id': { isForViewers: true, scopes: [] },
    Day: { isForViewers: true, scopes: [] },
    Shade: { isForViewers: false, scopes: [], policies: [['p', 'q'], ['r']] },
  });
});

test('what several subgraphs ask for, and several directives, must all be met', () => {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable", "@authenticated", "@requiresScopes", "@policy"])';
  const joined = readAccessRules(
    compose({
      a: {
        sdl: `${link} type Query { me: Int @shareable @authenticated @policy(policies: [["own"], ["any"]]) }`,
      },
      b: {
        sdl: `${link} type Query {
          me: Int @shareable @requiresScopes(scopes: [["read"], ["admin"]]) @policy(policies: [["open"]])
        }`,
      },
    }),
  ).get('Query.me');
  expect(joined).toEqual({
    isForViewers: true,
    scopes: expect.arrayContaining([['read'], ['admin']]),
    policies: [
      ['any', 'open'],
      ['open', 'own'],
    ],
  });
});

test.each([
  ['{ open { id } }', []],
  ['{ x: secret { __typename } }', ['Secret']],
  ['{ open { friend { depth } } }', ['Secret', 'Secret.depth']],
  ['{ node { id } }', ['Node', 'Secret']],
  ['{ node { __typename } }', []],
  ['{ node { ... on Open { id } } }', []],
  ['{ node { ... on Secret { depth } } }', ['Secret', 'Secret.depth']],
  ['{ node { ... on Node { id } } }', ['Node', 'Secret']],
  ['{ union { __typename ... on Open { id } } }', []],
  ['{ union { ...S } } fragment S on Secret { id }', ['Secret']],
  ['{ ...A } fragment A on Query { ...B } fragment B on Query { thing { id } }', ['Thing.id']],
  ['query Q { open { id } } fragment Unused on Query { secret { id } }', []],
  ['{ open { day } }', ['Day']],
  ['{ shade }', ['Shade']],
])('%s', (query, expected) => {
  expect(coordinates(query)).toEqual(expected);
});
