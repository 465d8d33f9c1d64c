import { compose } from '@kronos/operations/testing';
import { expect, test } from 'vitest';
import { readGraph } from './read-graph.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@requiresScopes"])';
const sdl = compose({
  shop: {
    sdl: `${link} type Query { items: [Item!]! @requiresScopes(scopes: [["items:read"]]) both: Int @shareable }
      type Item @key(fields: "id") { id: ID! price: Int }`,
  },
  stock: {
    sdl: `${link} type Query { both: Int @shareable } type Item @key(fields: "id") { id: ID! left: Int }`,
  },
});

test('a field is at home in the one subgraph that has it', () => {
  const graph = readGraph(sdl);
  expect(graph.homeOf('Query', 'items')).toBe('shop');
  expect(graph.homeOf('Item', 'left')).toBe('stock');
  expect(graph.homeOf('Query', 'both')).toBeUndefined();
  expect(graph.homeOf('Query', 'nothing')).toBeUndefined();
  expect(graph.homeOf('Nothing', 'items')).toBeUndefined();
});

test('the graph is known with its access rules, under the hash of its text', () => {
  const graph = readGraph(sdl);
  expect(graph.accessRules.get('Query.items')?.scopes).toEqual([['items:read']]);
  expect(graph.schema.getQueryType()?.getFields()).toHaveProperty('items');
  expect(graph.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(readGraph(`${sdl}\n`).hash).not.toBe(graph.hash);
});

test('what is no supergraph is refused', () => {
  expect(() => readGraph('type Query {')).toThrow('Syntax Error');
});
