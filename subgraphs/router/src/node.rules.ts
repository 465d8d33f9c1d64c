import type { GraphQLSchema } from 'graphql';

/** What the ids of a type begin with: its name in small letters, words joined by underscores, without digits. */
export function prefixOfType(typeName: string): string {
  return typeName
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/\d/g, '')
    .toLowerCase();
}

/** What an id begins with, before the last underscore; empty when there is none. */
export function prefixOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('_')));
}

const known = new WeakMap<GraphQLSchema, ReadonlyMap<string, string>>();

/** The types that implement Node, by what their ids begin with. */
export function typesByPrefix(schema: GraphQLSchema): ReadonlyMap<string, string> {
  let types = known.get(schema);
  if (!types) {
    const node = schema.getType('Node');
    const { objects } = schema.getImplementations(node as never);
    types = new Map(objects.map(({ name }) => [prefixOfType(name), name]));
    known.set(schema, types);
  }
  return types;
}
