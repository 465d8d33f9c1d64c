import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** What is left out by `@skip` or `@include` must not take along what others need. */
const subgraphs = {
  a: `${federation}
    type Query { item: Item items: [[Item!]!] }
    type Item @key(fields: "id") { id: ID! weight: Int size: Int owner: Person }
    type Person @key(fields: "id") { id: ID! name: String }`,
  b: `${federation}
    type Item @key(fields: "id") {
      id: ID!
      weight: Int @external
      size: Int @external
      price: Int
      shipping: Int @requires(fields: "weight")
      box: Int @requires(fields: "size weight")
    }
    type Person @key(fields: "id") { id: ID! email: String }`,
};

const queries = [
  '{ items { shipping @include(if: false) price } }',
  'query ($no: Boolean!) { items { shipping @include(if: $no) price } }',
  'query ($no: Boolean!) { items { price shipping @include(if: $no) box @skip(if: $no) } }',
  'query ($no: Boolean!) { item { ... @include(if: $no) { shipping } ... on Item @skip(if: $no) { box price } } }',
  'query ($no: Boolean!) { item { weight @include(if: $no) shipping } }',
  'query ($no: Boolean!) { item { id @include(if: $no) price } items @include(if: $no) { id } }',
  'query ($no: Boolean!) { item { owner @include(if: $no) { name } owner { email @skip(if: $no) } } }',
  'query ($no: Boolean!) { item @skip(if: $no) @include(if: $no) { price } __typename }',
  'query ($no: Boolean!, $yes: Boolean = true) { item { ... @include(if: $yes) { ... @skip(if: $no) { box } } } }',
  'query ($no: Boolean = false) { __typename @include(if: $no) item @include(if: $no) { price } }',
  'query ($no: Boolean! = false) { ...F @include(if: $no) item { ...G } } fragment F on Query { item { price } } fragment G on Item { box @include(if: $no) shipping }',
];

test.each(queries)('%s', async (query) => {
  const isNeeded = query.includes('$no: Boolean!') && !query.includes('$no: Boolean! =');
  for (const no of isNeeded ? [false, true] : [undefined, false, true]) {
    const variables = no === undefined ? {} : { no };
    expect(await judgeSeeds({ subgraphs, query, variables }, 6), `no: ${no}`).toEqual([]);
  }
});
