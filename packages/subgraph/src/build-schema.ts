import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { tracing } from '@kronos/telemetry';
import { type GraphQLSchema, parse, Source } from 'graphql';
import { enforceAccess } from './access.ts';
import { resolverFaults } from './resolver-faults.ts';
import { scalarResolvers } from './scalars.ts';
import { schemaFaults } from './schema-faults.ts';
import { traceResolvers } from './trace-resolvers.ts';

/**
 * The executable schema of a subgraph, with its scalars and its access rules.
 *
 * @throws an Error that lists everything wrong with the SDL, or with its resolvers, at once
 */
export function buildSchema(schemaFile: URL, resolvers: object): GraphQLSchema {
  const path = fileURLToPath(schemaFile);
  const typeDefs = parse(new Source(readFileSync(schemaFile, 'utf8'), path));
  refuse(path, schemaFaults(typeDefs));
  const schema = buildSubgraphSchema([
    { typeDefs, resolvers: { ...scalarResolvers(typeDefs), ...resolvers } },
  ]);
  refuse(path, resolverFaults(schema, resolvers));
  enforceAccess(schema);
  if (tracing) traceResolvers(schema);
  return schema;
}

function refuse(path: string, faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new Error(
    `${path} breaks the rules of the graph:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
  );
}
