import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** Among the data are entities that occur several times, entities that nobody knows, and resolvers that throw. */
const subgraphs = {
  a: `${federation}
    type Query { items: [Item] strict: [Item!]! deep: [[[Item]!]] thing: [Thing] }
    type Item @key(fields: "id") { id: ID! label: String! next: Item sub: [Sub!] }
    type Sub @shareable { id: ID! item: Item! }
    union Thing = Item | Sub`,
  b: `${federation}
    type Item @key(fields: "id") { id: ID! price: Int! tags: [String!] grid: [[Int!]]! }`,
};

test.each([
  '{ items { id label } }',
  '{ items { price } }',
  '{ strict { id tags } }',
  '{ strict { id price } }',
  '{ deep { grid next { grid tags } } }',
  '{ deep { next { next { price } } } }',
  '{ items { sub { item { sub { item { price tags } } } } } }',
  '{ thing { __typename ... on Item { price } ... on Sub { item { tags next { price } } } } }',
  '{ a: items { price } b: items { p: price q: price t: tags } }',
])('%s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query }, 40)).toEqual([]);
});
