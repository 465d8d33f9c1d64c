import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

test('an unresolvable key beside a resolvable one is no way in', async () => {
  const subgraphs = {
    a: `${federation}
      type Query { item: Item }
      type Item @key(fields: "code") { code: Int! label: String }`,
    b: `${federation}
      type Item @key(fields: "id") @key(fields: "code", resolvable: false) {
        id: ID!
        code: Int! @shareable
        price: Int
      }`,
    c: `${federation}
      type Item @key(fields: "id") @key(fields: "code") { id: ID! code: Int! @shareable stock: Int }`,
  };
  expect(await judgeSeeds({ subgraphs, query: '{ item { price label stock id } }' })).toEqual([]);
  expect(await judgeSeeds({ subgraphs, query: '{ item { price } }' })).toEqual([]);
});

test('compound and nested keys, and a way that needs two of them', async () => {
  const subgraphs = {
    a: `${federation}
      type Query { item: Item items: [[Item]] }
      type Item @key(fields: "id place { zip country { code } }") { id: ID! place: Place! label: String }
      type Place @shareable { zip: ID! street: String country: Country! }
      type Country @shareable { code: ID! }`,
    b: `${federation}
      type Item @key(fields: "id place { zip country { code } }") @key(fields: "serial") {
        id: ID! place: Place! serial: Int! price: Int
      }
      type Place @shareable { zip: ID! street: String country: Country! }
      type Country @shareable { code: ID! }`,
    c: `${federation}
      type Item @key(fields: "serial") { serial: Int! stock: Int related: [Item] }`,
  };
  const queries = [
    '{ items { stock } }',
    '{ items { place { street } stock related { label price } } }',
    '{ item { related { related { id place { zip: street } } } } }',
  ];
  for (const query of queries) expect(await judgeSeeds({ subgraphs, query }), query).toEqual([]);
});
