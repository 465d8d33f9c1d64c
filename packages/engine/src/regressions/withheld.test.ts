import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** What is withheld is null, and nothing else is other than it would be. */
const subgraphs = {
  a: `${federation}
    type Query { post: Post posts: [Post!] item: Item items: [Item!]! either: [Either!] }
    type Mutation { first: Int! second: Item third: Int }
    interface Post { id: ID! author: Person }
    type Open implements Post { id: ID! author: Person title: String! }
    type Secret implements Post { id: ID! author: Person words: Int! }
    union Either = Open | Secret
    type Item @key(fields: "id") { id: ID! weight: Int! label: String! }
    type Person @key(fields: "id") { id: ID! name: String! nick: String }`,
  b: `${federation}
    type Item @key(fields: "id") { id: ID! weight: Int! @external price: Int shipping: Int @requires(fields: "weight") }
    type Person @key(fields: "id") {
      id: ID!
      email: String!
      boss: Person
      nick: String @external
      greeting: String @requires(fields: "nick")
    }`,
};

test.each([
  // What a computed field needs is fetched, whoever asks.
  ['{ items { shipping price } }', ['Item.weight']],
  ['{ items { weight shipping } }', ['Item.weight']],
  ['{ items { id price } item { price } }', ['Item.id']],
  // Null travels up from what cannot be null, through lists.
  ['{ items { label price } item { label } }', ['Item.label']],
  ['{ posts { author { email } } }', ['Person.email']],
  ['{ post { author { boss { name } } } }', ['Person.name']],
  // Interfaces, unions and fragments.
  ['{ posts { id author { name } } }', ['Secret']],
  ['{ posts { __typename ... on Open { id title } ... on Secret { words } } }', ['Secret']],
  [
    '{ either { ...S ... on Open { title } } } fragment S on Secret { words author { name } }',
    ['Secret.author'],
  ],
  // The same field twice, once where it is withheld and once where its object is known to be of a type that is not.
  [
    '{ posts { ... on Post { author { email boss { email } } } ... on Open { author { boss { name } } } } }',
    ['Secret.author'],
  ],
  ['{ posts { ... on Post { id } ... on Open { id } } }', ['Secret.id']],
  ['{ posts { ... on Post { author { nick } } ... on Open { author { greeting } } } }', ['Secret.author']],
  [
    '{ posts { ... on Post { ...P } ... on Open { author { __typename } } } } fragment P on Post { author { name } }',
    ['Secret.author'],
  ],
  // Aliases, directives, repeated fields.
  [
    '{ a: item { w: weight } b: item { price @skip(if: false) label @include(if: false) } }',
    ['Item.weight', 'Item.label'],
  ],
  ['{ item { price } item { price label } }', ['Item.price']],
  // Root fields.
  ['{ item { id } items { id } __typename }', ['Query.item']],
  ['{ item { id } }', ['Query.item']],
  ['{ items { id } __schema { queryType { name } } }', ['Query.items']],
  ['mutation { first second { price } third }', ['Mutation.second']],
  ['mutation { first second { label } third }', ['Mutation.first']],
  ['mutation { ...M third } fragment M on Mutation { third second { price } }', ['Mutation.third']],
])('%s without %j', async (query, guarded) => {
  expect(await judgeSeeds({ subgraphs, query, guarded }, 8)).toEqual([]);
});
