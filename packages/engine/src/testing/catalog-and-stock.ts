import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, GraphQLError, type GraphQLSchema, parse } from 'graphql';
import type { LocalSubgraph } from '../local/local-subgraph.ts';

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
export const catalogSdl = /* GraphQL */ `
  ${federation}
  scalar Json
  type Query { items: [Item!] grid: [[Item]] plain: String settings: Json @shareable }
  type Item @key(fields: "id") { id: ID! label: String! }
`;
export const stockSdl = /* GraphQL */ `
  ${federation}
  scalar Json
  scalar Moment
  type Query { total: Int strictTotal: Int! who: String }
  type Mutation { sell(id: ID!): Item restock: Int }
  type Item @key(fields: "id") { id: ID! price: Int left: Int! parts: [Part!] owner: Owner added: Moment extra: Json odd: Json }
  interface Part { name: String! grade: Int }
  type Screw implements Part { name: String! grade: Int length: Int }
  type Board implements Part { name: String! grade: Int width: Int }
  type Owner { name: String fails: String }
`;

interface Item {
  id: string;
}

// Frozen: whoever changes what belongs to a subgraph is found out.
const extra = Object.freeze({ tags: Object.freeze(['a', Object.freeze({ b: 1 })]), at: new Date(0) });
const item = (id: string) => Object.freeze({ __typename: 'Item', id, label: `Item ${id}` });
const catalogSchema = buildSubgraphSchema([
  {
    typeDefs: parse(catalogSdl),
    resolvers: {
      Query: {
        items: () => ['1', '2', '3'].map(item),
        grid: () => [[item('1'), null], [item('2')]],
        plain: () => 'plain',
        settings: () => extra,
      },
    },
  },
]);
const stockSchema = buildSubgraphSchema([
  {
    typeDefs: parse(stockSdl),
    resolvers: {
      Query: {
        total: () => 6,
        strictTotal: () => 6,
        who: (_: unknown, __: unknown, { who }: { who: string }) => who,
      },
      Mutation: { sell: (_: unknown, { id }: Item) => item(id), restock: () => 1 },
      Item: {
        __resolveReference: ({ id }: Item) => (id === '3' ? null : item(id)),
        price: ({ id }: Item) => Number(id) * 10,
        left: () => 5,
        parts: ({ id }: Item) => [
          { __typename: 'Screw', name: `screw ${id}`, length: 5 },
          { __typename: 'Board', name: `board ${id}`, width: 6, grade: 1 },
        ],
        owner: () => ({ name: 'Ann' }),
        added: () => new Date(86_400_000),
        extra: () => extra,
        odd: ({ id }: Item) => (id === '1' ? [Number.NaN, undefined, new Date(0)] : Number.NaN),
      },
      Owner: {
        fails() {
          throw new GraphQLError('not for you', { extensions: { code: 'FORBIDDEN', at: new Date(0) } });
        },
      },
    },
  },
]);

/** A subgraph on graphql-js, as its authors would put it into the gateway's process. */
const locally =
  (schema: GraphQLSchema): LocalSubgraph =>
  ({ query, variables, operationName }, context) =>
    execute({
      schema,
      document: parse(query),
      variableValues: variables,
      operationName,
      contextValue: context,
    });

export const catalog = locally(catalogSchema);
/** It has values of which JSON makes others, and fields that fail. */
export const stock = locally(stockSchema);
