import { expect, test } from 'vitest';
import { judgeCase } from '../testing/differential/harness.ts';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** Requirements, values that are no entities, abstract types, and root types that go by other names. */
const subgraphs = {
  a: `${federation}
    schema { query: Reading mutation: Writing }
    type Reading { item: Item items: [[Item!]] things: [Thing] place: Place }
    type Writing { touch: Item again: Item }
    type Item @key(fields: "id") { id: ID! label: String! weight: Int size: Int! box: Box related: [Item!] }
    type Box { width: Int! height: Int inner: Box }
    type Place { street: String zip: ID! item: Item }
    union Thing = Item | Place`,
  b: `${federation}
    type Query { best: Item count: Int }
    type Item @key(fields: "id") {
      id: ID!
      weight: Int @external
      price: Int!
      shipping: Int @requires(fields: "weight")
      next: Item
    }`,
};

const queries = [
  '{ items { label ... @defer(label: "a") { price } } }',
  '{ items { ... @defer(label: "a") { label size } weight } }',
  '{ items { related { id ... @defer(label: "a") { price next { label ... @defer(label: "b") { weight } } } } } }',
  '{ ... @defer(label: "a") { item { label } count } best { id } }',
  '{ ... @defer(label: "a") { item { ... @defer(label: "b") { shipping } } } count }',
  '{ ... @defer(label: "a") { items { shipping label next { shipping } } } }',
  '{ ... @defer(label: "a") { best { next { shipping ... @defer(label: "b") { next { shipping } } } } } }',
  '{ item { box { width ... @defer(label: "a") { height inner { width } } } } }',
  '{ things { __typename ... on Item @defer(label: "a") { label } ... on Place @defer(label: "b") { street } } }',
  '{ things { ... @defer(label: "a") { ... on Item { price } ... on Place { item { price } } } } }',
  '{ place { zip } ...P @defer(label: "a") ...Q } fragment P on Query { place { street } } fragment Q on Query { place { ... @defer(label: "b") { item { size } } } }',
  '{ item { ...I ...I @defer(label: "a") } } fragment I on Item { label ... @defer(label: "b") { price } }',
  '{ x: item { id: label ... @defer(label: "a") { id: label y: price } } item { ... @defer(label: "b") { x: id } } }',
  '{ ... @defer(label: "a") { __schema { queryType { name } } __typename } count }',
  'mutation { touch { label ... @defer(label: "a") { price } } again { ... @defer(label: "b") { weight shipping } } }',
  'mutation { ... @defer(label: "a") { touch { label } } again { id } }',
];

test.each(queries)('%s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query, isInParts: true }, 8)).toEqual([]);
});

/** The planner's plan for parts waits for itself here. */
const interfaceObjects = {
  a: `${federation}
    type Query { media: [Media!] }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
    type Film implements Media @key(fields: "id") { id: ID! title: String }`,
  b: `${federation}
    type Query { ranking: [Media] }
    type Media @key(fields: "id") @interfaceObject {
      id: ID!
      title: String @external
      rank: Int!
      praise: String @requires(fields: "title")
    }`,
  c: `${federation}
    type Media @key(fields: "id") @interfaceObject {
      id: ID!
      title: String @external
      sales: Int!
      verdict: String @requires(fields: "title")
    }`,
};

test.each([
  '{ media { ... on Book { praise ... @defer(label: "a") { praise verdict y: praise } } } }',
  '{ media { ... on Book { ... on Media @defer(label: "a") { rank verdict } } ... @defer(label: "b") { sales } } }',
  '{ ranking { ... on Film @defer(label: "a") { title verdict } ... @defer(label: "b") { ... on Book { pages } } rank } }',
  '{ ranking { id ... @defer(label: "a") { __typename sales } } }',
])('interface objects: %s', async (query) => {
  expect(await judgeSeeds({ subgraphs: interfaceObjects, query, isInParts: true }, 8)).toEqual([]);
});

test('an operation whose parts cannot be planned comes in parts all the same', async () => {
  for (const [graph, query] of [
    [subgraphs, '{ ... @defer(label: "a") { best { next { shipping } } } }'],
    [interfaceObjects, '{ ranking { rank ... on Book @defer(label: "a") { pages } } }'],
  ] as const) {
    const lists = [];
    for (let seed = 1; seed <= 8; seed++) {
      const { answer } = await judgeCase({ subgraphs: graph, seed, query, isInParts: true });
      lists.push('parts' in answer ? answer.parts.length : 0);
    }
    expect(Math.max(...lists), query).toBeGreaterThan(0);
  }
});
