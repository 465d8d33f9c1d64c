import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** A subgraph may call its root types as it likes; clients always say Query and Mutation. */
const subgraphs = {
  a: `${federation} { query: Reading mutation: Writing }
    type Reading { one(x: Int): Int item: Item }
    type Writing { change: Item }
    type Item @key(fields: "id") { id: ID! label: String }`,
  b: `${federation} { query: Question }
    type Question { two: Int }
    type Item @key(fields: "id") { id: ID! price: Int }`,
};

test.each([
  '{ __typename one two }',
  'query ($yes: Boolean = true) { ... on Query @include(if: $yes) { one two } }',
  'query ($yes: Boolean!) { one ... on Query @skip(if: $yes) { __typename two item { price } } }',
  '{ ...F @include(if: true) } fragment F on Query { one __typename }',
  'mutation ($yes: Boolean = true) { ... on Mutation @include(if: $yes) { change { id price __typename } } __typename }',
])('%s', async (query) => {
  const variables = query.includes('Boolean!') ? { yes: false } : {};
  expect(await judgeSeeds({ subgraphs, query, variables })).toEqual([]);
});
