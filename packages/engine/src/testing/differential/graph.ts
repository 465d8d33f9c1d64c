import { Supergraph } from '@apollo/federation-internals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { stringArgument } from '@kronos/operations';
import { compose } from '@kronos/operations/testing';
import {
  type ConstDirectiveNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { parseFieldSet } from './field-set.ts';

/** What one subgraph says of one field. */
export interface Definition {
  subgraph: string;
  type: GraphQLOutputType;
  isExternal: boolean;
  /** Another subgraph has taken the field over: nobody may ask for it here. */
  isOverridden: boolean;
  requires?: SelectionSetNode;
  provides?: SelectionSetNode;
}

export interface Key {
  fields: SelectionSetNode;
  isResolvable: boolean;
}

/** The subgraphs of one supergraph, and what their SDL says, read by plain means: no planner is involved. */
export interface Graph {
  readonly supergraphSdl: string;
  /** With everything that is inaccessible to clients. */
  readonly supergraph: GraphQLSchema;
  readonly subgraphs: ReadonlyMap<string, GraphQLSchema>;
  /** What each subgraph that has the field says of it; `type` is an object type of the supergraph. */
  definitions(type: string, field: string): readonly Definition[];
  /** The keys of a type in one subgraph. */
  keys(subgraph: string, type: string): readonly Key[];
  /** The object types of the supergraph that a type, seen from one subgraph or (undefined) from all, can stand for. */
  possibleTypes(type: string, subgraph?: string): readonly string[];
}

/**
 * Composes subgraphs and reads them.
 *
 * @param sdls by subgraph name; their directives go by the names of the federation specification
 * @param urls where each is served
 * @throws Error when composition refuses them
 */
export function readGraph(sdls: Record<string, string>, urls: Record<string, string> = {}): Graph {
  const named = Object.entries(sdls).map(([name, sdl]) => [name, { sdl, url: urls[name] }] as const);
  const supergraphSdl = compose(Object.fromEntries(named));
  const supergraph = Supergraph.build(supergraphSdl).schema.toGraphQLJSSchema();
  const subgraphs = new Map(named.map(([name, { sdl }]) => [name, bareSchema(sdl)]));
  const known = new Map<string, readonly Definition[]>();

  function objectsOf(type: string): readonly string[] {
    const found = supergraph.getType(type);
    if (isAbstractType(found)) return supergraph.getPossibleTypes(found).map(({ name }) => name);
    return found ? [type] : [];
  }

  /** The type under which a subgraph knows an object type of the supergraph: itself, a root, or an interface object. */
  function inSubgraph(schema: GraphQLSchema, type: string) {
    if (type === 'Query') return schema.getQueryType();
    if (type === 'Mutation') return schema.getMutationType();
    const own = schema.getType(type);
    if (isObjectType(own)) return own;
    const merged = supergraph.getType(type);
    const interfaces = isObjectType(merged) ? merged.getInterfaces() : [];
    return interfaces.map(({ name }) => schema.getType(name)).find(isObjectType);
  }

  function define(type: string, field: string): Definition[] {
    const all = [...subgraphs].flatMap(([subgraph, schema]) => {
      const found = inSubgraph(schema, type)?.getFields()[field];
      if (!found) return [];
      const directives = found.astNode?.directives ?? [];
      const { requires, provides } = fieldSets(directives);
      const from = directives.find(({ name }) => name.value === 'override');
      const isExternal = directives.some(({ name }) => name.value === 'external');
      const replaces = from && stringArgument(from, 'from');
      return [{ subgraph, type: found.type, isExternal, isOverridden: false, requires, provides, replaces }];
    });
    const replaced = new Set(all.map(({ replaces }) => replaces));
    return all.map(({ replaces: _, ...definition }) => ({
      ...definition,
      isOverridden: replaced.has(definition.subgraph),
    }));
  }

  return {
    supergraphSdl,
    supergraph,
    subgraphs,
    definitions(type, field) {
      const coordinate = `${type}.${field}`;
      const definitions = known.get(coordinate) ?? define(type, field);
      known.set(coordinate, definitions);
      return definitions;
    },
    keys(subgraph, type) {
      const found = subgraphs.get(subgraph)!.getType(type);
      if (!isObjectType(found) && !isInterfaceType(found)) return [];
      const nodes = [found.astNode, ...found.extensionASTNodes];
      return nodes.flatMap((node) => (node?.directives ?? []).flatMap(readKey));
    },
    possibleTypes(type, subgraph) {
      if (subgraph === undefined) return objectsOf(type);
      const schema = subgraphs.get(subgraph)!;
      const found = schema.getType(type);
      if (isAbstractType(found)) return schema.getPossibleTypes(found).map(({ name }) => name);
      return objectsOf(type);
    },
  };
}

/** A subgraph's schema without resolvers: those that the library gives `_entities` know nothing of our data. */
function bareSchema(sdl: string): GraphQLSchema {
  const schema = buildSubgraphSchema(parse(sdl));
  const entities = schema.getQueryType()?.getFields()._entities;
  if (entities) entities.resolve = undefined;
  const union = schema.getType('_Entity');
  if (isUnionType(union)) union.resolveType = undefined;
  return schema;
}

/** The name of the type that a field of the given type yields, without lists. */
export function nameOf(type: GraphQLOutputType): string {
  return getNamedType(type).name;
}

function readKey(directive: ConstDirectiveNode): Key[] {
  if (directive.name.value !== 'key') return [];
  const resolvable = directive.arguments?.find(({ name }) => name.value === 'resolvable')?.value;
  const isResolvable = !(resolvable?.kind === Kind.BOOLEAN && !resolvable.value);
  return [{ fields: parseFieldSet(stringArgument(directive, 'fields')!), isResolvable }];
}

function fieldSets(directives: readonly ConstDirectiveNode[]) {
  const read = (directiveName: string) => {
    const directive = directives.find(({ name }) => name.value === directiveName);
    return directive && parseFieldSet(stringArgument(directive, 'fields')!);
  };
  return { requires: read('requires'), provides: read('provides') };
}
