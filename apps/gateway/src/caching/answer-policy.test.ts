import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { compileAnswerPolicy, compileEntityPolicy } from './answer-policy.ts';
import type { CacheHints } from './cache-hints.ts';

const schema = buildSchema(/* GraphQL */ `
  type Query {
    product: Product products: ProductConnection! cheap: [Product!]! secret: Product plain: Product count: Int any: Thing
  }
  type Mutation { rename: Product }
  interface Node { id: ID! }
  union Thing = Product | Maker
  type ProductConnection { nodes: [Product!]! total: Int }
  type Product implements Node { id: ID! name: String price: Int maker: Maker stock: MediaFile }
  type Maker implements Node { id: ID! name: String }
  type MediaFile { id: ID! url: String }
`);
const hints: CacheHints = new Map([
  ['Query.product', { maxAge: 60, isPublic: true }],
  ['Query.products', { maxAge: 30, isPublic: true }],
  ['Query.cheap', { maxAge: 50, isPublic: true }],
  ['Query.secret', { maxAge: 60 }],
  ['Query.count', { maxAge: 60 }],
  ['Query.any', { maxAge: 60, isPublic: true }],
  ['ProductConnection.nodes', { inheritMaxAge: true }],
  ['Product.price', { maxAge: 5, isPublic: true }],
  ['Product.stock', { inheritMaxAge: true, isPublic: false }],
  ['Maker', { maxAge: 40, isPublic: true }],
]);

function policyOf(source: string) {
  const document = parse(source);
  const operation = document.definitions.find((node) => node.kind === 'OperationDefinition')!;
  return compileAnswerPolicy({ schema, document, operation }, hints);
}

test.each<[string, number | undefined, boolean?, string[]?]>([
  ['{ product { id name } }', 60, true, []],
  ['{ __typename product { id } }', 60, true, []],
  ['{ product { name } }', 60, true, ['product:*']],
  ['{ product { ...F } } fragment F on Product { id }', 60, true, ['product:*']],
  ['query ($a: Boolean!) { product { id @include(if: $a) name } }', 60, true, ['product:*']],
  ['{ product { id price } }', 5, true, []],
  ['{ product { id maker { id } } }', 40, true, []],
  ['{ product { id stock { id } } }', 60, false, []],
  ['{ product { id stock { url } } }', 60, false, ['media_file:*']],
  ['{ products { total } }', 30, true, ['product:*']],
  ['{ products { nodes { id } } product { id } }', 30, true, ['product:*']],
  ['{ cheap { id } }', 50, true, ['product:*']],
  ['{ secret { id } }', 60, false, []],
  ['{ product { id } secret { id } }', 60, false, []],
  ['{ any { ... on Product { id } } }', 60, true, ['product:*', 'maker:*']],
  ['{ any { ... on Product { id price } } }', 5, true, ['product:*', 'maker:*']],
  // A root field that says nothing, an object that does not, what names no entity, introspection, parts, no query.
  ['{ plain { id } }', undefined],
  ['{ product { id } plain { id } }', undefined],
  ['{ count }', undefined],
  ['{ __schema { description } product { id } }', undefined],
  ['{ product { id ... @defer { name } } }', undefined],
  ['mutation { rename { id } }', undefined],
])('%s', (source, maxAge, isPublic, tags) => {
  const policy = policyOf(source);
  expect(policy && [policy.maxAge, policy.isPublic, policy.tags]).toEqual(
    maxAge === undefined ? undefined : [maxAge, isPublic, tags],
  );
});

test.each<[string, number | undefined, boolean?, string[]?, boolean?]>([
  ['... on Maker { name }', 40, true, [], true],
  ['__typename ... on Maker { __typename id name }', 40, true, [], true],
  ['... on Product { price }', 5, true, [], true],
  ['... on Product { price maker { name } }', undefined],
  ['... on Maker { name } ... on Product { price }', 5, true, [], true],
  ['... on Product { stock { url } }', undefined],
  // One field says nothing, and its type neither.
  ['... on Product { price name }', undefined],
  ['... on Product { ... on Product { price } }', undefined],
  ['... on Node { id }', undefined],
])('entities: %s', (selections, maxAge, isPublic, tags, isFlat) => {
  const operation = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selections} } }`;
  const policy = compileEntityPolicy(schema, operation, hints);
  expect(policy && [policy.maxAge, policy.isPublic, policy.tags, policy.isFlat]).toEqual(
    maxAge === undefined ? undefined : [maxAge, isPublic, tags, isFlat],
  );
});

test('fragments that spread others many times are walked once', () => {
  const doubling = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Product { ...F${n + 1} ...F${n + 1} }`,
  );
  expect(
    policyOf(`{ product { id ...F0 } } ${doubling.join(' ')} fragment F60 on Product { name }`),
  ).toMatchObject({
    maxAge: 60,
  });
});
