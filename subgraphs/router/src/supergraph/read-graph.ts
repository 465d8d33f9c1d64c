import { hash } from 'node:crypto';
import { type AccessRules, type Costs, readAccessRules, readCosts, stringArgument } from '@kronos/operations';
import {
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
} from 'graphql';
import { apiSchemaOf } from './api-schema.ts';

/** One version of the composed graph, with what operations are judged by. */
export interface Graph {
  sdl: string;
  /** SHA-256 of the SDL, in hex. */
  hash: string;
  /** What clients know. */
  schema: GraphQLSchema;
  accessRules: AccessRules;
  costs: Costs;
  /** The subgraph that a field comes from; undefined for a field that there is not, and for one that several have. */
  homeOf(typeName: string, field: string): string | undefined;
}

/** @throws GraphQLError when the text is no supergraph */
export function readGraph(sdl: string): Graph {
  const document = parse(sdl, { noLocation: true });
  return {
    sdl,
    hash: hash('sha256', sdl),
    schema: apiSchemaOf(document),
    accessRules: readAccessRules(sdl),
    costs: readCosts(sdl),
    homeOf: findHomes(document),
  };
}

/** @see https://specs.apollo.dev/join/v0.5 */
function findHomes(document: DocumentNode): Graph['homeOf'] {
  const names = new Map<string, string>();
  const types = new Map<string, ObjectTypeDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph') readNames(node, names);
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION) types.set(node.name.value, node);
  }
  return (typeName, field) => {
    const type = types.get(typeName);
    const found = type?.fields?.find(({ name }) => name.value === field);
    if (!found) return undefined;
    const own = found.directives?.filter(({ name }) => name.value === 'join__field') ?? [];
    // Without a word of its own a field is wherever its type is.
    const places =
      own.length > 0 ? own : (type?.directives?.filter(({ name }) => name.value === 'join__type') ?? []);
    const graphs = new Set(places.map((place) => stringArgument(place, 'graph')));
    const [graph] = graphs;
    return graphs.size === 1 && graph !== undefined ? names.get(graph) : undefined;
  };
}

function readNames(node: EnumTypeDefinitionNode, names: Map<string, string>): void {
  for (const { name, directives = [] } of node.values ?? []) {
    const join = directives.find((directive) => directive.name.value === 'join__graph');
    names.set(name.value, (join && stringArgument(join, 'name')) ?? name.value);
  }
}
