import {
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql';
import { type Graph, nameOf } from './graph.ts';

/** What may go wrong at a field. */
export type Liberty =
  /** Everything that its type allows. */
  | 'any'
  /** Errors and nulls, as long as they stay within the field. */
  | 'contained'
  /** Neither errors nor nulls. */
  | 'none';

/** What the data must not do, so that a federated execution has no other true answer than a plain one. */
export interface Constraints {
  liberty(type: string, field: string): Liberty;
  isEntity(type: string): boolean;
  isKeyField(type: string, field: string): boolean;
  isRequired(type: string, field: string): boolean;
  /** Whether references to entities of this type that nobody knows are allowed. */
  mayBeMissing(type: string): boolean;
}

/** Derives the constraints from the SDL alone. The reasons are told in `harness.ts`. */
export function findConstraints(graph: Graph): Constraints {
  const keyFields = new Set<string>();
  const required = new Set<string>();
  const calm = new Set<string>();
  const keysOf = new Map<string, Set<string>>();
  const interfaceObjects = new Set<string>();
  const { supergraph } = graph;
  const objects = Object.values(supergraph.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.includes('__'));

  /** Notes every field of a field set, and the types that it passes through, which then must not vanish. */
  function walk(selectionSet: SelectionSetNode, types: readonly string[], into: Set<string>): void {
    for (const node of selectionSet.selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) continue;
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value;
        const among = condition ? graph.possibleTypes(condition) : types;
        walk(node.selectionSet, among, into);
        continue;
      }
      for (const type of types) {
        const [definition] = graph.definitions(type, node.name.value);
        if (!definition) continue;
        into.add(`${type}.${node.name.value}`);
        if (!node.selectionSet) continue;
        const inner = graph.possibleTypes(nameOf(definition.type));
        for (const name of inner) calm.add(name);
        walk(node.selectionSet, inner, into);
      }
    }
  }

  for (const [subgraph, schema] of graph.subgraphs) {
    for (const { name } of Object.values(schema.getTypeMap())) {
      const types = graph.possibleTypes(name);
      const isForeign = isObjectType(schema.getType(name)) && !isObjectType(supergraph.getType(name));
      for (const { fields } of graph.keys(subgraph, name)) {
        walk(fields, types, keyFields);
        for (const type of types) {
          if (isForeign) {
            interfaceObjects.add(type);
            calm.add(type);
          }
          const keys = keysOf.get(type) ?? new Set();
          keysOf.set(type, keys.add(print(fields)));
        }
      }
    }
  }
  for (const { name } of objects) {
    for (const field of Object.keys(fieldsOf(name))) {
      for (const { requires } of graph.definitions(name, field)) {
        if (requires) walk(requires, [name], required);
      }
    }
  }
  spreadCalm();

  function fieldsOf(name: string) {
    const type = supergraph.getType(name);
    return isObjectType(type) ? type.getFields() : {};
  }

  /** A null climbs through non-null fields: what they lead to must be calm as well. */
  function spreadCalm(): void {
    for (const name of calm) {
      for (const { type } of Object.values(fieldsOf(name))) {
        if (!hasNonNull(type) || !isCompositeType(getNamedType(type))) continue;
        for (const inner of graph.possibleTypes(nameOf(type))) calm.add(inner);
      }
    }
  }

  function isUniform(type: string, field: string): boolean {
    const shapes = graph
      .definitions(type, field)
      .filter(({ isOverridden }) => !isOverridden)
      .map((definition) => shapeOf(definition.type));
    return new Set(shapes).size <= 1;
  }

  const missing = new Map<string, boolean>();
  function mayBeMissing(type: string): boolean {
    if (keysOf.get(type)?.size !== 1 || calm.has(type) || interfaceObjects.has(type)) return false;
    return Object.values(fieldsOf(type)).every(({ name, type: output }) => {
      // What hangs on an object in a key may be fetched by way of the entity that nobody knows.
      if (keyFields.has(`${type}.${name}`))
        return !graph.possibleTypes(nameOf(output)).some((key) => keysOf.has(key));
      return isUniform(type, name) && !(required.has(`${type}.${name}`) && isNonNullType(output));
    });
  }

  return {
    liberty(type, field) {
      const coordinate = `${type}.${field}`;
      if (keyFields.has(coordinate) || !isUniform(type, field)) return 'none';
      return required.has(coordinate) || calm.has(type) ? 'contained' : 'any';
    },
    isEntity: (type) => keysOf.has(type),
    isKeyField: (type, field) => keyFields.has(`${type}.${field}`),
    isRequired: (type, field) => required.has(`${type}.${field}`),
    mayBeMissing(type) {
      const known = missing.get(type) ?? mayBeMissing(type);
      missing.set(type, known);
      return known;
    },
  };
}

/** The nullability of a type at each level, without its name. */
function shapeOf(type: GraphQLOutputType): string {
  return String(type).replace(/\w+/, '');
}

function hasNonNull(type: GraphQLOutputType): boolean {
  if (isNonNullType(type)) return true;
  return isListType(type) && hasNonNull(type.ofType);
}
