import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** Root fields of a mutation run in the order of the document, whatever fragments they stand in and whoever owns them. */
const subgraphs = {
  a: `${federation}
    type Query { none: Int }
    type Mutation { add(x: Int): Int! addItem: Item }
    type Item @key(fields: "id") { id: ID! label: String }`,
  b: `${federation}
    type Mutation { remove(x: Int): Int! }
    type Item @key(fields: "id") { id: ID! price: Int }`,
};

test.each([
  'mutation { first: add second: add third: add }',
  'mutation { first: add second: remove third: add fourth: remove }',
  'mutation { add ...More } fragment More on Mutation { again: add }',
  'mutation { ...More add } fragment More on Mutation { again: remove }',
  'mutation { add(x: 1) ... { b: remove } ... on Mutation { c: add(x: 2) } d: remove }',
  'mutation { add ... @include(if: true) { b: remove } c: add @skip(if: true) d: add }',
  'mutation ($yes: Boolean = true) { a: remove ... @include(if: $yes) { b: add } c: remove }',
  'mutation { i: addItem { price } add j: addItem { label price } r: remove }',
  'mutation { add b: add ... { add } __typename }',
  'mutation { add ...More } fragment More on Mutation { again: add __typename }',
  'mutation { add ...More } fragment More on Mutation { addItem { id } add }',
])('%s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});
