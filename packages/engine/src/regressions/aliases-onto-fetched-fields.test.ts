import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** The gateway fetches keys and required fields under their own names, which a client may use for something else. */
const subgraphs = {
  a: `${federation}
    type Query { item: Item items: [Item!] }
    type Item @key(fields: "id") { id: ID! label: String weight: Int size(unit: String): Int }`,
  b: `${federation}
    type Item @key(fields: "id") {
      id: ID!
      weight: Int @external
      size(unit: String): Int @external
      price: Int
      shipping: Int @requires(fields: "weight")
      box: Int @requires(fields: "size")
    }`,
};

test.each([
  '{ item { id: label price } }',
  '{ items { id: __typename price } }',
  '{ item { weight: label shipping } }',
  '{ item { weight: shipping w: weight } }',
  '{ item { size: size(unit: "m") box } }',
  '{ item { price: id id: price } }',
])('%s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});
