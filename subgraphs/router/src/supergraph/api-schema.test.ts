import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { compose } from '@kronos/operations/testing';
import { repositoryRoot } from '@kronos/service';
import { type GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { apiSchemaOf } from './api-schema.ts';

const print = (schema: GraphQLSchema) =>
  printSchema(lexicographicSortSchema(schema))
    // Ours is for operations, which may defer.
    .replace(/directive @defer.*\n\n/, '');
const byApollo = (sdl: string) =>
  print(
    Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
      .apiSchema()
      .toGraphQLJSSchema() as unknown as GraphQLSchema,
  );

test('clients know of the graph what Apollo’s own library says they do', () => {
  const sdl = readFileSync(join(repositoryRoot, 'supergraph.graphql'), 'utf8');
  expect(print(apiSchemaOf(parse(sdl)))).toBe(byApollo(sdl));
});

test('what is inaccessible is unknown, under whatever names the specifications are linked', () => {
  const sdl = compose({
    shop: {
      sdl: `
      extend schema
        @link(
          url: "https://specs.apollo.dev/federation/v2.9"
          import: ["@key", { name: "@inaccessible", as: "@hidden" }, "@tag", "@cost", "@composeDirective"]
        )
        @link(url: "https://example.com/custom/v1.0", import: ["@custom"])
        @composeDirective(name: "@custom")
      directive @custom on OBJECT
      type Query { item(id: ID!, secret: Int @hidden): Item @cost(weight: 3) @deprecated(reason: "old") any: Any things(filter: Filter): [Thing!]! }
      interface Thing { id: ID! }
      interface Inner @hidden { id: ID! }
      type Item implements Thing & Inner @key(fields: "id") @custom { id: ID! price: Int @tag(name: "x") cost: Int @hidden kind: Kind }
      type Hidden implements Thing @hidden { id: ID! }
      union Any = Item | Hidden
      enum Kind { NEW OLD @hidden }
      input Filter { kind: Kind internal: Boolean @hidden }
    `,
    },
  });
  expect(print(apiSchemaOf(parse(sdl)))).toBe(byApollo(sdl));
});
