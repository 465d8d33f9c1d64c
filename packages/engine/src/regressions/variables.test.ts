import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** Each request to a subgraph declares the variables that it uses, and no others. */
const inputs = 'scalar Json input Filter { limit: Int = 3 inner: Filter json: Json tags: [Json] }';
const subgraphs = {
  a: `${federation}
    type Query { things: [Thing!] thing: Thing }
    type Item @key(fields: "id") { id: ID! }
    union Thing = Item`,
  b: `${federation} ${inputs}
    type Query { count(filter: Filter, filters: [Filter!]): Int }
    type Item @key(fields: "id") { id: ID! box: Box price(filter: Filter): Int }
    type Box { weight(filter: Filter = { limit: 1 }): Int }
    union Thing = Item | Box`,
};

test.each([
  `query ($json: Json) { things { ...F } }
   fragment F on Thing { ... on Box { weight(filter: { inner: { json: $json } }) } ... on Item { box { __typename } } }`,
  `query ($json: Json) { things { ... on Item { price(filter: { tags: [$json] }) box { weight(filter: { json: $json }) } } } }`,
  `query ($json: Json, $limit: Int = 2) { things { ... on Item { price(filter: { limit: $limit, json: [$json] }) } } count(filters: [{ inner: { limit: $limit } }]) }`,
  `query ($json: Json, $no: Boolean = false) { thing { ...F @skip(if: $no) } count(filter: { json: $json }) }
   fragment F on Item { box @skip(if: $no) { weight(filter: { json: { a: $json } }) } }`,
])('%s', async (query) => {
  for (const variables of [{}, { json: 'text' }, { json: null }, { json: { a: [1] } }]) {
    expect(await judgeSeeds({ subgraphs, query, variables }, 6)).toEqual([]);
  }
});
