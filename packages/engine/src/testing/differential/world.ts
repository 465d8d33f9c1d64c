import {
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  getArgumentValues,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Constraints, findConstraints, type Liberty } from './constraints.ts';
import { type Graph, nameOf } from './graph.ts';
import { canonical, chance, choose, hash } from './hash.ts';
import { leafValue } from './leaf-value.ts';

/** One object of the data: `type` is an object type of the supergraph. */
export interface Instance {
  type: string;
  id: string;
  /** False for an entity that something refers to and nobody knows. */
  exists: boolean;
}

/** An error that a resolver throws: always the same for the same object and field. */
export class Failure extends Error {}

export type Value = null | boolean | number | string | object | Instance | Failure | Value[];

/** What decides a value beside the object and the field. */
export interface Circumstances {
  args: Record<string, unknown>;
  /** The values that a `@requires` has selected, when the field has one. */
  required?: unknown;
  /** How many mutations have run before, for a root field of the mutation type. */
  step?: number;
  /** Names an answer that only somebody gives who should not have been asked. */
  wrong?: string;
}

/** The data of a graph: a pure function of the seed and of names, the same for every subgraph and for the oracle. */
export interface World {
  readonly graph: Graph;
  readonly constraints: Constraints;
  value(owner: Instance, field: string, circumstances: Circumstances): Value;
  /** What a correct gateway sends for a field set of an object: failed fields are null. */
  select(owner: Instance, fields: SelectionSetNode): Record<string, unknown>;
  /** All entities of an object type that exist. */
  entities(type: string): readonly Instance[];
}

/** How many entities of each type exist. */
const population = 4;

export const root = (type: 'Query' | 'Mutation'): Instance => ({ type, id: type, exists: true });

/** @param isComplete whether nothing refers to entities that nobody knows */
export function createWorld(graph: Graph, seed: number, isComplete = false): World {
  const constraints = findConstraints(graph);

  function fieldOf(type: string, field: string): GraphQLField<unknown, unknown> {
    const found = graph.supergraph.getType(type);
    const definition = isObjectType(found) ? found.getFields()[field] : undefined;
    if (!definition) throw new Error(`the supergraph has no field ${type}.${field}`);
    return definition;
  }

  function value(owner: Instance, field: string, circumstances: Circumstances): Value {
    const { type } = fieldOf(owner.type, field);
    if (!owner.exists && !constraints.isKeyField(owner.type, field)) {
      return isNonNullType(type) ? new Failure(`Failed: ${owner.type}.${field} of nobody`) : null;
    }
    const { args, required, step = 0, wrong = '' } = circumstances;
    const circumstance = `${canonical(args)}${canonical(required)}${step}${wrong}`;
    const parts = [seed, owner.type, owner.id, field, circumstance] as const;
    // A wrong answer must be seen as one, and not be an error that somebody else might have given too.
    const liberty = wrong ? 'none' : constraints.liberty(owner.type, field);
    return build({ type, owner, field, liberty, parts, isNullable: true, mayVanish: false });
  }

  interface Position {
    type: GraphQLOutputType;
    owner: Instance;
    field: string;
    liberty: Liberty;
    parts: readonly (string | number)[];
    isNullable: boolean;
    /** Whether something at or above this level can be null, so that a failure ends here. */
    mayVanish: boolean;
  }

  function build(position: Position): Value {
    const { type, parts, liberty, owner, field } = position;
    if (isNonNullType(type)) return build({ ...position, type: type.ofType, isNullable: false });
    const mayVanish = position.mayVanish || position.isNullable;
    const mayFail = liberty === 'any' || (liberty === 'contained' && mayVanish);
    if (mayFail && chance(0.06, 'failure', ...parts)) {
      return new Failure(`Failed: ${owner.type}.${field}`);
    }
    if (liberty !== 'none' && position.isNullable && chance(0.08, 'null', ...parts)) return null;
    if (isListType(type)) {
      const length = hash('length', ...parts) % 4;
      return Array.from({ length }, (_, index) =>
        build({ ...position, type: type.ofType, parts: [...parts, index], isNullable: true, mayVanish }),
      );
    }
    return isLeafType(type) ? leaf(position) : object(position);
  }

  function leaf({ type, owner, field, parts }: Position): Value {
    if (constraints.isKeyField(owner.type, field) && ['ID', 'String'].includes(nameOf(type))) {
      return `${owner.id}.${field}`;
    }
    if (!isEnumType(type)) return leafValue(nameOf(type), parts);
    const values = everywhere(owner.type, field, ({ subgraph }) => {
      const seen = graph.subgraphs.get(subgraph)!.getType(type.name);
      return isEnumType(seen) ? seen.getValues().map(({ name }) => name) : [];
    });
    return choose(values, 'enum', ...parts) ?? null;
  }

  function object({ owner, field, parts }: Position): Value {
    const types = everywhere(owner.type, field, (definition) =>
      graph.possibleTypes(nameOf(definition.type), definition.subgraph),
    );
    const name = choose(types, 'type', ...parts);
    if (!name) throw new Error(`nothing can be ${owner.type}.${field} in every subgraph`);
    if (!constraints.isEntity(name)) return { type: name, id: `${name}:${hash(...parts)}`, exists: true };
    const index = hash('entity', ...parts) % (population + 1);
    if (index < population) return entity(name, index);
    return constraints.mayBeMissing(name) && !isComplete
      ? { type: name, id: `${name}:nobody`, exists: false }
      : entity(name, 0);
  }

  /** What all subgraphs agree on that can be asked for a field. */
  function everywhere(
    type: string,
    field: string,
    read: (definition: ReturnType<Graph['definitions']>[number]) => readonly string[],
  ): string[] {
    const [first = [], ...others] = graph
      .definitions(type, field)
      .filter(({ isOverridden }) => !isOverridden)
      .map(read);
    return first.filter((option) => others.every((options) => options.includes(option))).sort();
  }

  function entity(type: string, index: number): Instance {
    return { type, id: `${type}:${index}`, exists: true };
  }

  function select(owner: Instance, fields: SelectionSetNode): Record<string, unknown> {
    const selected: Record<string, unknown> = {};
    const visit = (nodes: readonly SelectionNode[]) => {
      for (const node of nodes) {
        if (node.kind === Kind.FIELD) selected[node.name.value] = selectField(owner, node);
        if (node.kind !== Kind.INLINE_FRAGMENT) continue;
        const condition = node.typeCondition?.name.value ?? owner.type;
        if (graph.possibleTypes(condition).includes(owner.type)) visit(node.selectionSet.selections);
      }
    };
    visit(fields.selections);
    return selected;
  }

  function selectField(owner: Instance, node: FieldNode): unknown {
    const field = fieldOf(owner.type, node.name.value);
    const args = getArgumentValues(field, node);
    const found = value(owner, field.name, { args, required: requiredFor(owner, field.name) });
    return complete(found, field.type, node.selectionSet);
  }

  /** Null propagation within one field of a field set. The constraints keep it from going further. */
  function complete(found: Value, type: GraphQLOutputType, selectionSet?: SelectionSetNode): unknown {
    if (isNonNullType(type)) return complete(found, type.ofType, selectionSet);
    if (found === null || found instanceof Failure) return null;
    if (isListType(type) && Array.isArray(found)) {
      const items = found.map((item) => complete(item, type.ofType, selectionSet));
      return isNonNullType(type.ofType) && items.includes(null) ? null : items;
    }
    return selectionSet ? select(found as Instance, selectionSet) : found;
  }

  function requiredFor(owner: Instance, field: string): unknown {
    const definitions = graph.definitions(owner.type, field);
    const requires = definitions.find(
      (definition) => definition.requires && !definition.isOverridden,
    )?.requires;
    return requires && select(owner, requires);
  }

  return {
    graph,
    constraints,
    value: (owner, field, circumstances) =>
      value(owner, field, {
        ...circumstances,
        required: 'required' in circumstances ? circumstances.required : requiredFor(owner, field),
      }),
    select,
    entities: (type) =>
      constraints.isEntity(type) ? Array.from({ length: population }, (_, index) => entity(type, index)) : [],
  };
}
