import { type Fragments, fragmentBehind, fragmentsOf, type ValidOperation } from '@kronos/operations';
import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { CacheHint, CacheHints } from './cache-hints.ts';

/** How an answer to an operation may be cached, whatever its variables. */
export interface AnswerPolicy {
  /** In seconds, above 0. */
  maxAge: number;
  /** Whether it is for strangers, who share it; otherwise it is for each credential by itself. */
  isPublic: boolean;
  /** Tags of what it depends on beside the entities whose ids are in it: which entities of a type there are. */
  tags: readonly string[];
  /** Types of entities that it may have, as their ids begin. */
  types: readonly string[];
}

/** This part of an operation may not be cached. */
class NotCacheable extends Error {}

/**
 * The policy of an operation's whole answer is the strictest of all its fields, by the rules of Apollo Server: root fields
 * and fields with objects are not cached unless they, or their types, say so; scalars are as their object is;
 * `inheritMaxAge` makes an object so. What does not say its scope is `PRIVATE`.
 *
 * @returns undefined when it may not be cached
 * @see https://www.apollographql.com/docs/apollo-server/performance/caching
 */
export function compileAnswerPolicy(
  { schema, document, operation }: ValidOperation,
  hints: CacheHints,
): AnswerPolicy | undefined {
  if (hints.size === 0 || operation.operation !== OperationTypeNode.QUERY) return undefined;
  const walk = new Walk(schema, hints, fragmentsOf(document));
  try {
    walk.root(operation.selectionSet);
  } catch (error) {
    if (error instanceof NotCacheable) return undefined;
    throw error;
  }
  return policyOf(walk);
}

/** How what a subgraph says of entities may be cached. */
export interface EntityPolicy extends AnswerPolicy {
  /** Whether nothing but leaves is asked of them: what is null then is so until they change themselves. */
  isFlat: boolean;
}

/**
 * The policy of what a subgraph says of entities, by the same rules: their type says how long they are kept, or each of their
 * fields does.
 *
 * @param schema of the supergraph, with what clients do not know
 * @param operation of a fetch, which asks for nothing but entities
 * @returns undefined when they may not be cached
 */
export function compileEntityPolicy(
  schema: GraphQLSchema,
  operation: string,
  hints: CacheHints,
): EntityPolicy | undefined {
  const document = parse(operation, { noLocation: true });
  const walk = new Walk(schema, hints, fragmentsOf(document));
  try {
    for (const definition of document.definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION) walk.entities(definition.selectionSet);
  } catch (error) {
    if (error instanceof NotCacheable) return undefined;
    throw error;
  }
  const policy = policyOf(walk);
  return policy && { ...policy, isFlat: walk.isFlat };
}

function policyOf({ maxAge, isPublic, tags, types }: Walk): AnswerPolicy | undefined {
  return Number.isFinite(maxAge) ? { maxAge, isPublic, tags: [...tags], types: [...types] } : undefined;
}

class Walk {
  maxAge = Number.POSITIVE_INFINITY;
  isPublic = true;
  isFlat = true;
  readonly tags = new Set<string>();
  readonly types = new Set<string>();
  readonly #schema: GraphQLSchema;
  readonly #hints: CacheHints;
  readonly #fragments: Fragments;
  readonly #walked = new Map<SelectionSetNode, Set<string>>();
  readonly #entities = new Map<string, Set<GraphQLObjectType>>();

  constructor(schema: GraphQLSchema, hints: CacheHints, fragments: Fragments) {
    this.#schema = schema;
    this.#hints = hints;
    this.#fragments = fragments;
  }

  root(set: SelectionSetNode): void {
    this.#selections(set, this.#schema.getQueryType()!, { isRoot: true, isList: false });
  }

  /** @param set of an operation that has entities as its only fields */
  entities({ selections }: SelectionSetNode): void {
    for (const field of selections) {
      if (field.kind !== Kind.FIELD || !field.selectionSet) throw new NotCacheable();
      for (const node of field.selectionSet.selections) {
        if (node.kind === Kind.FIELD && node.name.value === '__typename') continue;
        if (node.kind === Kind.FIELD) throw new NotCacheable();
        const { typeCondition, selectionSet } = fragmentBehind(node, this.#fragments);
        const type = typeCondition && this.#schema.getType(typeCondition.name.value);
        if (!isObjectType(type)) throw new NotCacheable();
        this.types.add(prefixOf(type));
        this.#entity(selectionSet, type);
      }
    }
  }

  #entity(set: SelectionSetNode, type: GraphQLObjectType): void {
    const ofType = this.#hints.get(type.name);
    const says = (name: string) => this.#hints.get(`${type.name}.${name}`)?.maxAge !== undefined;
    if (ofType?.maxAge !== undefined) {
      this.maxAge = Math.min(this.maxAge, ofType.maxAge);
      this.isPublic &&= ofType.isPublic === true;
    } else if (!set.selections.every((node) => node.kind === Kind.FIELD && says(node.name.value)))
      throw new NotCacheable();
    if (this.maxAge === 0) throw new NotCacheable();
    this.#selections(set, type, { isRoot: false, isList: false });
  }

  #selections(set: SelectionSetNode, parent: GraphQLCompositeType, place: Place): void {
    if (this.#hasWalked(set, parent, place)) return;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        if (node.name.value === '__typename') continue;
        for (const type of this.#owners(parent, node.name.value))
          this.#field(type, node.name.value, node.selectionSet, place);
        continue;
      }
      if (node.directives?.some(({ name }) => name.value === 'defer')) throw new NotCacheable();
      const { typeCondition, selectionSet } = fragmentBehind(node, this.#fragments);
      const narrowed = typeCondition ? this.#schema.getType(typeCondition.name.value) : parent;
      this.#selections(selectionSet, narrowed as GraphQLCompositeType, place);
    }
  }

  /** Each set once in each place: fragments that spread others twice would be walked exponentially often. */
  #hasWalked(set: SelectionSetNode, { name }: GraphQLCompositeType, { isRoot, isList }: Place): boolean {
    const places = this.#walked.get(set) ?? new Set();
    this.#walked.set(set, places);
    const key = `${name} ${isRoot} ${isList}`;
    if (places.has(key)) return true;
    places.add(key);
    return false;
  }

  /** The types whose field it may be. */
  #owners(parent: GraphQLCompositeType, field: string): OwnerType[] {
    // Introspection is nobody's field.
    if (field.startsWith('__')) throw new NotCacheable();
    const objects = isAbstractType(parent) ? this.#schema.getPossibleTypes(parent) : [parent];
    return [...(isInterfaceType(parent) ? [parent] : []), ...objects].filter(
      (type) => field in type.getFields(),
    );
  }

  #field(owner: OwnerType, name: string, set: SelectionSetNode | undefined, place: Place): void {
    const { type } = owner.getFields()[name]!;
    const named = getNamedType(type);
    this.#restrict(
      this.#hints.get(`${owner.name}.${name}`),
      named.name,
      isCompositeType(named),
      place.isRoot,
    );
    const isList = place.isList || hasList(type);
    if (isCompositeType(named)) {
      this.isFlat = false;
      const found = this.#depend(named, set!, isList);
      // What names no entity, no event can invalidate.
      if (place.isRoot && !found) throw new NotCacheable();
      this.#selections(set!, named, { isRoot: false, isList });
    } else if (place.isRoot) throw new NotCacheable();
  }

  #restrict(ofField: CacheHint | undefined, typeName: string, isComposite: boolean, isRoot: boolean): void {
    const says = ofField?.maxAge !== undefined || ofField?.inheritMaxAge;
    const ofType = isComposite ? this.#hints.get(typeName) : undefined;
    const { maxAge, inheritMaxAge } = (says ? ofField : ofType) ?? {};
    const isPublic = ofField?.isPublic ?? ofType?.isPublic;
    if (maxAge !== undefined) {
      this.maxAge = Math.min(this.maxAge, maxAge);
      this.isPublic &&= isPublic === true;
    } else if (isRoot || (isComposite && !inheritMaxAge)) throw new NotCacheable();
    else if (isPublic === false) this.isPublic = false;
    if (this.maxAge === 0) throw new NotCacheable();
  }

  /** Notes which entities it depends on. @returns whether there are any */
  #depend(type: GraphQLCompositeType, set: SelectionSetNode, isList: boolean): boolean {
    const entities = this.#entities.get(type.name) ?? entitiesOf(this.#schema, type);
    this.#entities.set(type.name, entities);
    for (const entity of entities) {
      const prefix = prefixOf(entity);
      this.types.add(prefix);
      // One whose id stands in the answer is known by that; of others, every one may be meant.
      const isNamed = !isList && isObjectType(type) && set.selections.some(isId);
      if (!isNamed) this.tags.add(`${prefix}:*`);
    }
    return entities.size > 0;
  }
}

interface Place {
  isRoot: boolean;
  isList: boolean;
}

type OwnerType = Extract<GraphQLCompositeType, { getFields(): unknown }>;

function isId(node: SelectionNode): boolean {
  return node.kind === Kind.FIELD && node.name.value === 'id' && !node.directives?.length;
}

function hasList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}

/** The entities that a type is, or has: those of a connection, of a payload. */
function entitiesOf(schema: GraphQLSchema, type: GraphQLCompositeType): Set<GraphQLObjectType> {
  const found = new Set<GraphQLObjectType>();
  const seen = new Set<string>();
  function look(composite: GraphQLCompositeType): void {
    if (seen.has(composite.name)) return;
    seen.add(composite.name);
    const objects = isAbstractType(composite) ? schema.getPossibleTypes(composite) : [composite];
    for (const object of objects) {
      const fields = object.getFields();
      if ('id' in fields) found.add(object);
      else
        for (const field of Object.values(fields)) {
          const named = getNamedType(field.type);
          if (isCompositeType(named)) look(named);
        }
    }
  }
  look(type);
  return found;
}

/** What ids of a type begin with: `media_asset` for `MediaAsset`. */
function prefixOf({ name }: GraphQLObjectType): string {
  return name.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase();
}
