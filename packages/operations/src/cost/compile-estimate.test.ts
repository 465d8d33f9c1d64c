import { expect, test } from 'vitest';
import { costGraph } from '../testing/cost-graph.ts';
import { compileEstimate } from './compile-estimate.ts';
import { findListFault } from './list-faults.ts';
import { evaluate, type Variables } from './term.ts';

const graph = costGraph(`
  type Query {
    book(id: ID): Book
    bestsellers: [Book] @listSize(assumedSize: 5)
    newestAdditions(after: ID, limit: Int!): [Book] @listSize(slicingArguments: ["limit"])
    search(page: Page = { first: 4 }): [Book] @listSize(slicingArguments: ["page.first"], requireOneSlicingArgument: false)
    pages(first: Int, last: Int, where: Where, dear: Int @cost(weight: 6)): Pages
      @listSize(slicingArguments: ["first", "last"], sizedFields: ["items"], requireOneSlicingArgument: false, assumedSize: 3)
    two(first: Int = 2, last: Int): [Book] @listSize(slicingArguments: ["first", "last"])
    all: [Book]
    any: Any
    things: [Thing!]!
    report: Int @cost(weight: 9)
    day: Day
    days: [Day!]
    again: Query
  }
  type Mutation { buy(input: Order!): Book }
  type Book { title: String author: Author publisher: Publisher }
  type Author { name: String }
  type Publisher { name: String address: Address }
  type Address @cost(weight: 5) { zipCode: Int! }
  type Pages { items: [Book] cursor: Day others: [Book!] }
  interface Thing { name: String }
  type Cheap implements Thing { name: String book: Book }
  type Dear implements Thing @cost(weight: 8) { name: String }
  union Any = Cheap | Dear
  scalar Day @cost(weight: 2)
  input Page { first: Int }
  input Where { words: [String!] @cost(weight: 3) and: [Where!] }
  input Order { count: Int }
`);

function estimate(query: string, variables: Variables = {}) {
  const { operation, ...options } = graph.read(query);
  const { cost } = compileEstimate(operation, { ...options, costs: graph.costs, assumedListSize: 10 });
  return evaluate(cost, variables);
}

const book = '{ title author { name } publisher { name address { zipCode } } }';

// The first four are those of Apollo's documentation.
test.each<[string, number, Variables?]>([
  [`{ book(id: 1) ${book} }`, 8],
  [`{ bestsellers ${book} }`, 40],
  [`{ newestAdditions(limit: 3) ${book} }`, 24],
  [`{ newestAdditions(limit: 7) ${book} }`, 56],
  [`query ($n: Int!) { newestAdditions(limit: $n) { title } }`, 6, { n: 6 }],
  [`query ($n: Int!) { newestAdditions(limit: $n) { title } }`, 0, { n: -6 }],
  ['{ search { title } }', 4],
  ['{ search(page: { first: 2 }) { title } }', 3],
  ['query ($p: Page) { search(page: $p) { title } }', 7, { p: { first: 6 } }],
  ['query ($n: Int) { search(page: { first: $n }) { title } }', 8, { n: 7 }],
  ['{ pages { items { title } cursor } }', 6],
  ['{ pages(first: 20) { items { title } others { title } } }', 31],
  ['{ pages(first: 1, last: 2) { ... { ...F } } } fragment F on Pages { items { title } }', 3],
  ['query ($n: Int) { pages(first: $n) { items { title } } }', 4, {}],
  ['{ all { title author { name } } }', 20],
  ['{ all { title } all { author { name } } }', 20],
  ['{ any { ... on Cheap { book { title } } ... on Dear { name } } }', 8],
  ['{ things { name } }', 80],
  ['{ things { ... on Cheap { book { author { name } } } } }', 80],
  ['{ report day days }', 31],
  ['{ pages(dear: 1) { cursor } }', 9],
  ['{ pages(where: { words: ["a", "b"], and: [{ words: [] }, {}] }) { __typename } }', 16],
  [
    'query ($w: Where) { pages(where: $w) { __typename } }',
    16,
    { w: { words: ['a', 'b'], and: [{ words: [] }, {}] } },
  ],
  ['query ($w: Where) { pages(where: $w) { __typename } }', 1, { w: null }],
  ['mutation { buy(input: { count: 1 }) { title } }', 12],
  ['{ __typename __schema { types { name } } }', 0],
])('%s costs %i', (query, cost, variables) => {
  expect(estimate(query, variables)).toBe(cost);
});

const faultOf = (query: string, variables: Variables = {}) => {
  const { operation, ...options } = graph.read(query);
  const estimated = compileEstimate(operation, { ...options, costs: graph.costs, assumedListSize: 10 });
  return findListFault(estimated.slicedFields, variables, 100);
};

test.each([
  [
    '{ newestAdditions(limit: 1000000) { title } }',
    { kind: 'tooLong', coordinate: 'Query.newestAdditions(limit:)', value: 1_000_000 },
  ],
  [
    '{ search(page: { first: 101 }) { title } }',
    { kind: 'tooLong', coordinate: 'Query.search(page.first:)', value: 101 },
  ],
  ['{ search(page: { first: 100 }) { title } }', undefined],
  ['{ two { title } }', undefined],
  [
    '{ two(first: 1, last: 1) { title } }',
    { kind: 'notOne', coordinate: 'Query.two', arguments: ['first', 'last'], value: 2 },
  ],
  [
    '{ two(first: null) { title } }',
    { kind: 'notOne', coordinate: 'Query.two', arguments: ['first', 'last'], value: 0 },
  ],
  ['{ pages { cursor } }', undefined],
])('%s', (query, fault) => {
  expect(faultOf(query)).toEqual(fault);
});

test('a list that a variable makes too long is found, too', () => {
  const query = 'query ($n: Int!) { newestAdditions(limit: $n) { title } }';
  expect(faultOf(query, { n: 100 })).toBeUndefined();
  expect(faultOf(query, { n: 101 })).toMatchObject({ kind: 'tooLong', value: 101 });
});

test('fragments that spread each other a billion times are estimated in no time', () => {
  const levels = Array.from(
    { length: 26 },
    (_, level) => `
      fragment A${level} on Query { any { ... on Cheap { book { title } } } ...A${level + 1} ...B${level + 1} }
      fragment B${level} on Query { ...A${level + 1} all { title } ...B${level + 1} }`,
  );
  const before = performance.now();
  expect(
    estimate(
      `{ ...A0 ...B0 } ${levels.join('')} fragment A26 on Query { report } fragment B26 on Query { day }`,
    ),
  ).toBe(8 + 10 + 9 + 2);
  expect(performance.now() - before).toBeLessThan(1_000);
});

test('an operation made to look different along each of a million paths is estimated, if too high', () => {
  const levels = Array.from(
    { length: 24 },
    (_, level) => `
      fragment A${level} on Query { a: again { ...A${level + 1} ...B${level + 1} } b: again { ...A${level + 1} } }
      fragment B${level} on Query { a: again { ...B${level + 1} } b: again { ...B${level + 1} } r${level}: report }`,
  );
  const ends = 'fragment A24 on Query { report } fragment B24 on Query { report }';
  const before = performance.now();
  expect(estimate(`{ ...A0 ...B0 } ${levels.join('')} ${ends}`)).toBeGreaterThan(2 ** 24);
  expect(performance.now() - before).toBeLessThan(2_000);
});
