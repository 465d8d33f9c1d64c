import { execute, parse } from 'graphql';
import { expect, test } from 'vitest';
import { objects, text } from './forms.ts';
import { buildSchema, createSubgraph } from './subgraph.ts';

const representations = [
  { __typename: 'Product', upc: 'p1', price: 377, weight: 54 },
  { __typename: 'Product', upc: 'nothing' },
  { __typename: 'Product', upc: 'p8', price: 1200, weight: 3 },
];

test.each([
  [
    'accounts',
    '{ users { ...U again: name } } fragment U on User { __typename id ... on User { name username } }',
  ],
  ['accounts', 'query ($first: Int!) { a: users(first: $first) { id } b: users(first: 1) { username } }'],
  ['accounts', 'query ($yes: Boolean!) { users { id name @include(if: $yes) } }'],
  ['accounts', '{ __schema { queryType { name } } _service { sdl } }'],
  ['products', 'query ($upcs: [ID!]!) { __typename products(upcs: $upcs) { upc price weight } }'],
  [
    'inventory',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { inStock shippingEstimate } } }',
  ],
  [
    'inventory',
    'query ($r: [_Any!]!) { x: _entities(representations: $r) { __typename ... on Product { inStock } } }',
  ],
  [
    'reviews',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { reviews { id author { id reviews { product { upc } } } } } } }',
  ],
  ['reviews', '{ reviews }'],
])('%s answers %s as graphql-js does', async (name, query) => {
  const variables = { first: 2, yes: true, upcs: ['p3', 'none', 'p1'], r: representations };
  const schema = buildSchema(name);
  const write = createSubgraph(name, text);
  const make = createSubgraph(name, objects);
  // Twice: the second answer comes from what the first has left.
  const found = [0, 1].flatMap(() => [
    JSON.parse(write({ query, variables })),
    JSON.parse(JSON.stringify(make({ query, variables }))),
  ]);
  if (query === '{ reviews }') return expect(found[0].errors).toHaveLength(1);
  const expected = await execute({ schema, document: parse(query), variableValues: variables });
  for (const one of found) expect(one).toEqual(JSON.parse(JSON.stringify(expected)));
});
