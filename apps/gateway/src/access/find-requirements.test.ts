import { compose } from '@kronos/engine/testing';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { findRequirements } from './find-requirements.ts';
import { readAccessRules } from './rules.ts';

const types = `
  type Query { node: Node thing: Thing secret: Secret open: Open union: Both }
  interface Node { id: ID! }
  union Both = Open | Secret
  type Open implements Node { id: ID! friend: Secret day: Day }
`;
const sdl = compose({
  a: {
    sdl: `
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9",
              import: [{ name: "@authenticated", as: "@known" }, "@requiresScopes"])
      ${types}
      type Secret implements Node @known { id: ID! depth: Int @requiresScopes(scopes: [["a", "b"], ["c"]]) }
      type Thing { id: ID! @known }
      scalar Day @known
    `,
  },
});
const rules = readAccessRules(sdl);
const schema = buildSchema(
  `${types} type Secret implements Node { id: ID! depth: Int } type Thing { id: ID! } scalar Day`,
);

function coordinates(query: string) {
  const document = parse(query);
  return findRequirements(schema, rules, document, getOperationAST(document)!).map(
    ({ coordinate }) => coordinate,
  );
}

test('rules are read under the names that the graph links them by', () => {
  expect(Object.fromEntries(rules)).toMatchObject({
    Secret: { scopes: [] },
    'Secret.depth': { scopes: [['a', 'b'], ['c']] },
    'Thing.id': { scopes: [] },
    Day: { scopes: [] },
  });
});

test.each([
  ['{ open { id } }', []],
  ['{ x: secret { __typename } }', ['Secret']],
  ['{ open { friend { depth } } }', ['Secret', 'Secret.depth']],
  ['{ node { id } }', ['Node', 'Secret']],
  ['{ node { ... on Open { id } } }', []],
  ['{ node { ... on Secret { depth } } }', ['Secret', 'Secret.depth']],
  ['{ union { __typename ... on Open { id } } }', []],
  ['{ union { ...S } } fragment S on Secret { id }', ['Secret']],
  ['{ ...A } fragment A on Query { ...B } fragment B on Query { thing { id } }', ['Thing.id']],
  ['query Q { open { id } } fragment Unused on Query { secret { id } }', []],
  ['{ open { day } }', ['Day']],
])('%s', (query, expected) => {
  expect(coordinates(query)).toEqual(expected);
});
