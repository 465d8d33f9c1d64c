import { type GraphQLSchema, isObjectType } from 'graphql';

const rootTypes = ['Query', 'Mutation', 'Subscription'];
const federationFields = new Set(['_entities', '_service']);

/**
 * Where resolvers and SDL do not meet, one sentence each: a resolver for what the SDL does not have, which would never be
 * called, and a root field without a resolver, which would always be null.
 */
export function resolverFaults(schema: GraphQLSchema, resolvers: object): string[] {
  const map = resolvers as Record<string, Record<string, unknown>>;
  return [
    ...Object.entries(map).flatMap(([type, fields]) => surplusFaults(schema, type, fields)),
    ...rootTypes.flatMap((type) => missingFaults(schema, type, map[type] ?? {})),
  ];
}

function surplusFaults(schema: GraphQLSchema, name: string, fields: Record<string, unknown>): string[] {
  const type = schema.getType(name);
  if (!type) return [`there are resolvers of ${name}, which the SDL does not have`];
  if (!isObjectType(type)) return [];
  const known = type.getFields();
  return Object.keys(fields)
    .filter((field) => !field.startsWith('__') && !known[field])
    .map((field) => `there is a resolver of ${name}.${field}, which the SDL does not have`);
}

function missingFaults(schema: GraphQLSchema, name: string, fields: Record<string, unknown>): string[] {
  const type = schema.getType(name);
  if (!isObjectType(type)) return [];
  return Object.keys(type.getFields())
    .filter((field) => !federationFields.has(field) && !fields[field])
    .map((field) => `${name}.${field} has no resolver`);
}
