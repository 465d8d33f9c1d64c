import { expect, test } from 'vitest';
import { compose } from '../testing/compose.ts';
import { readCosts } from './read-costs.ts';

const graph = (imports: string, cost: string, listSize: string) =>
  compose({
    a: {
      sdl: `
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])
        type Query {
          things(first: Int @${cost}(weight: 2), where: Where): Page
            @${listSize}(slicingArguments: ["first"], sizedFields: ["items"], requireOneSlicingArgument: false)
          best: [Thing] @${listSize}(assumedSize: 5) @${cost}(weight: 3)
        }
        type Page { items: [Thing!]! }
        type Thing @${cost}(weight: 7) { day: Day shade: Shade }
        scalar Day @${cost}(weight: 11)
        enum Shade @${cost}(weight: 13) { DARK }
        input Where { words: [String!] @${cost}(weight: 17) }`,
    },
  });

const found = {
  areDeclared: true,
  weights: new Map([
    ['Query.things(first:)', 2],
    ['Query.best', 3],
    ['Thing', 7],
    ['Day', 11],
    ['Shade', 13],
    ['Where.words', 17],
  ]),
  listSizes: new Map([
    [
      'Query.things',
      {
        assumedSize: undefined,
        slicingArguments: ['first'],
        sizedFields: new Set(['items']),
        requireOneSlicingArgument: false,
      },
    ],
    [
      'Query.best',
      { assumedSize: 5, slicingArguments: [], sizedFields: new Set(), requireOneSlicingArgument: true },
    ],
  ]),
};

test.each([
  ['their own names', '"@cost", "@listSize"', 'cost', 'listSize'],
  ['others', '{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@length" }', 'price', 'length'],
  ['those of federation', '"@key"', 'federation__cost', 'federation__listSize'],
])('costs are read under %s', (_names, imports, cost, listSize) => {
  expect(readCosts(graph(imports, cost, listSize))).toEqual(found);
});

test('a graph that says nothing of costs has none', () => {
  const sdl = compose({ a: { sdl: 'type Query { a: Int }' } });
  expect(readCosts(sdl)).toEqual({ areDeclared: false, weights: new Map(), listSizes: new Map() });
});

test('weights may be numbers in quotes, as the specification has them', () => {
  const sdl = `schema @link(url: "https://specs.apollo.dev/cost/v0.1") { query: Query }
    type Query { a: Int @cost(weight: "2.5") b: [Int] @cost__listSize(assumedSize: 4) }`;
  const { weights, listSizes } = readCosts(sdl);
  expect(weights.get('Query.a')).toBe(2.5);
  expect(listSizes.get('Query.b')?.assumedSize).toBe(4);
});
