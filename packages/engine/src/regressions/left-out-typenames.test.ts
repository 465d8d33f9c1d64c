import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** Subgraphs are not asked for the type where the schema says it; fetches go on from there all the same. */
const subgraphs = {
  a: `${federation}
    type Query { book: Book media: [Media] shelf: Shelf! }
    interface Media { id: ID! }
    type Book implements Media @key(fields: "id") { id: ID! shelf: Shelf owner: Person }
    type Film implements Media @key(fields: "id") { id: ID! shelf: Shelf owner: Company }
    type Shelf @key(fields: "id") { id: ID! media: [Media!]! }
    type Person @key(fields: "id") { id: ID! }
    type Company @key(fields: "id") { id: ID! }`,
  b: `${federation}
    type Book @key(fields: "id") { id: ID! title: String }
    type Film @key(fields: "id") { id: ID! title: String }
    type Shelf @key(fields: "id") { id: ID! room: Room place: String }
    type Room @key(fields: "number house { id }") { number: Int! house: House! }
    type House { id: ID! }
    type Person @key(fields: "id") { id: ID! name: String }
    type Company @key(fields: "id") { id: ID! name: String }`,
  c: `${federation}
    type Room @key(fields: "number house { id }") { number: Int! house: House! floor: Int }
    type House { id: ID! }
    type Shelf @key(fields: "id") { id: ID! place: String @external label: String @requires(fields: "place") }`,
};

test.each([
  '{ book { __typename title shelf { __typename place } } }',
  '{ book { shelf { label __typename } owner { name __typename } } }',
  '{ media { ... on Book { shelf { label } owner { name } } ... on Film { shelf { label } owner { name } } } }',
  '{ media { __typename ... on Film { owner { __typename name } title } } }',
  '{ shelf { room { floor house { __typename id } } media { ... on Book { title } __typename } } }',
  '{ shelf { kind: __typename media { ... on Book { shelf { room { floor } label } } } } book { shelf { label } } }',
])('%s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});
