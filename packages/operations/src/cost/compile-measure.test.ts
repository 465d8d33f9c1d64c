import { isObjectType, type SelectionSetNode } from 'graphql';
import { expect, test } from 'vitest';
import { collectFields } from '../collect-fields.ts';
import { costGraph } from '../testing/cost-graph.ts';
import { compileMeasure, type MeasuredField } from './compile-measure.ts';
import type { Variables } from './term.ts';

const graph = costGraph(`
  type Query { book: Book books: [Book!]! some: [Book] any: [Any] day: Day days: [[Day]] dear: Dear }
  type Book {
    title: String author: Author! authors: [Author!] reviews: [Review!]
    priced(by: Int @cost(weight: 3)): Int @cost(weight: 2)
  }
  type Author { name: String books: [Book!] }
  type Review { stars: Int author: Author }
  type Dear @cost(weight: 8) { name: String }
  union Any = Book | Dear
  scalar Day @cost(weight: 2)
`);

/** The cost of data that has everything under the keys of the answer. */
function measure(query: string, data: object, variables: Variables = {}) {
  const { operation, schema, ...options } = graph.read(query);
  const fieldsOf = (typename: string, sets: readonly SelectionSetNode[]): MeasuredField[] | undefined => {
    const type = schema.getType(typename);
    if (!isObjectType(type)) return undefined;
    return [...collectFields(typename, sets, { schema, ...options })].map(([dataKey, nodes]) => ({
      dataKey,
      name: nodes[0]!.name.value,
      type: type.getFields()[nodes[0]!.name.value]?.type,
      sets: nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      node: nodes[0]!,
    }));
  };
  const sets = [operation.selectionSet];
  return compileMeasure(graph.costs, { schema, typename: 'Query', sets, fieldsOf })(data, variables);
}

const author = { name: 'Ada' };

test.each<[string, object, number, Variables?]>([
  ['{ __typename book { title } }', { book: { title: 'x' } }, 1],
  ['{ book { title } }', { book: null }, 0],
  ['{ book { title } }', {}, 0],
  ['{ books { title author { name } } }', { books: [{}, {}, {}] }, 6],
  ['{ some { title } }', { some: [{}, null, {}] }, 2],
  ['{ some { title } }', { some: null }, 0],
  [
    '{ b: books { reviews { stars author { name } } } }',
    { b: [{ reviews: [{ author }, {}] }, {}] },
    2 + 2 + 1,
  ],
  ['{ books { authors { name } } }', { books: [{ authors: [author, author] }, { authors: [] }, {}] }, 5],
  ['{ dear { name } }', { dear: null }, 8],
  [
    '{ any { ... on Book { author { name } } ... on Dear { name } } }',
    { any: [{ __typename: 'Book', author }, { __typename: 'Dear' }, null] },
    2 + 8,
  ],
  ['{ day days }', { day: null, days: [['a', 'b'], [], null, ['c']] }, 2 + 8],
  ['{ book { priced } }', { book: { priced: 1 } }, 3],
  ['{ books { priced(by: 1) } }', { books: [{}, {}] }, 12],
  ['query ($by: Int) { books { priced(by: $by) } }', { books: [{}, {}] }, 12, { by: 1 }],
  ['query ($by: Int) { books { priced(by: $by) } }', { books: [{}, {}] }, 6],
])('%s gives %j, which costs %i', (query, data, cost, variables) => {
  expect(measure(query, data, variables)).toBe(cost);
});

test('what is nested without end is compiled as far as it is there', () => {
  const deep = `${'author { books { '.repeat(700)}title${' } }'.repeat(700)}`;
  let data: object = {};
  for (let level = 0; level < 700; level++) data = { author: { books: [data, {}] } };
  expect(measure(`{ book { ${deep} } }`, { book: data })).toBe(1 + 700 * 3);
});
