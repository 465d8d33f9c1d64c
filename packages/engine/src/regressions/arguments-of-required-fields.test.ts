import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

const a = `${federation}
  type Query { item: Item items: [Item!]! }
  type Item @key(fields: "id") {
    id: ID!
    size(unit: Unit = METRE): Int
    parts(first: Int): [Part]
  }
  enum Unit { METRE FOOT }
  type Part @shareable { id: ID! length(unit: Unit = METRE): Int }`;

const external = `
  id: ID!
  size(unit: Unit = METRE): Int @external
  parts(first: Int): [Part] @external`;

const shared = `
  enum Unit { METRE FOOT }
  type Part @shareable { id: ID! length(unit: Unit = METRE): Int }`;

test('a field that is required with arguments, and selected by the client with others', async () => {
  const b = `${federation} ${shared}
    type Item @key(fields: "id") { ${external}
      box: Int @requires(fields: "size(unit: FOOT)")
      crate: Int @requires(fields: "parts(first: 2) { length(unit: FOOT) }")
    }`;
  const queries = [
    '{ items { size(unit: METRE) box } }',
    '{ items { size box } }',
    'query ($unit: Unit) { items { size(unit: $unit) box } }',
    '{ items { parts(first: 1) { id length } crate } }',
    '{ items { parts(first: 2) { length(unit: METRE) } crate } }',
    '{ items { parts { length } size box crate } }',
  ];
  for (const query of queries) {
    const variables = query.includes('$') ? { unit: 'METRE' } : {};
    expect(await judgeSeeds({ subgraphs: { a, b }, query, variables }), query).toEqual([]);
  }
});

test('two fields of one subgraph that require one field with different arguments', async () => {
  const b = `${federation} ${shared}
    type Item @key(fields: "id") { ${external}
      box: Int @requires(fields: "size(unit: FOOT)")
      bag: Int @requires(fields: "size(unit: METRE)")
      crate: Int @requires(fields: "parts(first: 2) { length(unit: FOOT) }")
      case: Int @requires(fields: "parts(first: 2) { length(unit: METRE) }")
      trunk: Int @requires(fields: "parts(first: 1) { length }")
    }`;
  const queries = [
    '{ items { box bag } }',
    '{ items { bag box size } }',
    '{ items { crate case } }',
    '{ items { crate trunk } }',
    '{ items { box bag crate case trunk size(unit: FOOT) parts { id } } }',
  ];
  for (const query of queries) {
    expect(await judgeSeeds({ subgraphs: { a, b }, query }), query).toEqual([]);
  }
});

test('fields of two subgraphs that require one field with different arguments', async () => {
  const b = `${federation} ${shared}
    type Item @key(fields: "id") { ${external}
      box: Int @requires(fields: "size(unit: FOOT) parts { id }")
    }`;
  const c = `${federation} ${shared}
    type Item @key(fields: "id") { ${external}
      bag: Int @requires(fields: "size(unit: METRE) parts(first: 1) { length }")
    }`;
  const query = '{ items { box bag } item { bag size(unit: FOOT) box } }';
  expect(await judgeSeeds({ subgraphs: { a, b, c }, query })).toEqual([]);
});
