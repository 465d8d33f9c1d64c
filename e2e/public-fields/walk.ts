import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
} from 'graphql';
import { callOf } from './arguments.ts';
import type { Seed } from './seed.ts';

/** A field of the graph, and the smallest operation that asks for it. */
export interface AskedField {
  coordinate: string;
  document: string;
  /** Where its value is in the data; of lists the first item counts. */
  path: readonly string[];
}

/** How an object of a type is come by: what is written before its fields, and where it is in the data. */
interface Way {
  calls: readonly string[];
  path: readonly string[];
}

/**
 * The operations that ask for each field of each type that queries give. What has an id is asked for by `node`, which
 * is open to everybody: no rule stands in front of it but those of the type and its fields. Everything else is come by
 * on the shortest way from there, or from Query.
 */
export function askedFields(schema: GraphQLSchema, seed: Seed): AskedField[] {
  const hidden = byNode('Event', seed.events.hidden);
  const cancelled = byNode('Event', seed.events.cancelled);
  const event = schema.getType('Event') as GraphQLObjectType;
  return [
    ...[...findWays(schema, seed)].flatMap(([type, way]) =>
      fieldsOf(type).map((field) =>
        ask(`${type.name}.${field.name}`, field.name === 'cancelReason' ? cancelled : way, type, field, seed),
      ),
    ),
    ...fieldsOf(event).map((field) => ask(`Event.${field.name} (PRIVATE)`, hidden, event, field, seed)),
  ];
}

function ask(
  coordinate: string,
  { calls, path }: Way,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  seed: Seed,
): AskedField {
  const document = calls.reduceRight(
    (inner, call) => `${call} { ${inner} }`,
    `${callOf(type.name, field, seed)}${leafOf(field)}`,
  );
  return { coordinate, document: `{ ${document} }`, path: [...path, field.name] };
}

/** What is selected of a field, so that it is asked for and nothing below it. */
export function leafOf(field: GraphQLField<unknown, unknown>): string {
  return isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
}

/** How each object type is come by that queries give. */
function findWays(schema: GraphQLSchema, seed: Seed): Map<GraphQLObjectType, Way> {
  const ways = new Map<GraphQLObjectType, Way>([[schema.getQueryType()!, { calls: [], path: [] }]]);
  for (const type of typesWithId(schema)) {
    const id = seed.ids[type.name];
    if (!id) throw new Error(`Say in e2e/public-fields/seed.ts by which id a ${type.name} is found.`);
    ways.set(type, byNode(type.name, id));
  }
  for (const [name, way] of Object.entries(detours(seed)))
    ways.set(schema.getType(name) as GraphQLObjectType, way);
  // A map goes on to what is added while it is walked.
  for (const [owner, { calls, path }] of ways) {
    for (const field of fieldsOf(owner)) {
      const type = getNamedType(field.type);
      if (!isObjectType(type) || ways.has(type)) continue;
      ways.set(type, { calls: [...calls, callOf(owner.name, field, seed)], path: [...path, field.name] });
    }
  }
  return ways;
}

/** Ways to what the shortest one would not show: it leads to what is nobody's, or each caller's own. */
function detours({ ada, closed }: Seed): Record<string, Way> {
  const below = (user: string, call: string, ...path: string[]): Way => {
    const way = byNode('User', user);
    return { calls: [...way.calls, call, ...path.slice(1)], path: [...way.path, ...path] };
  };
  return {
    PageInfo: { calls: ['events(first: 1)', 'pageInfo'], path: ['events', 'pageInfo'] },
    ApiTokenConnection: below(ada.id, 'apiTokens(first: 1)', 'apiTokens'),
    Impersonation: below(closed, 'impersonations(first: 1)', 'impersonations', 'nodes'),
    Suspension: below(closed, 'suspension', 'suspension'),
  };
}

function byNode(type: string, id: string): Way {
  return { calls: [`node(id: "${id}")`, `... on ${type}`], path: ['node'] };
}

/** Object types that queries give, at whatever depth. */
export function typesGivenByQueries(schema: GraphQLSchema): ReadonlySet<GraphQLObjectType> {
  const given = new Set([schema.getQueryType()!, ...typesWithId(schema)]);
  // A set goes on to what is added while it is walked.
  for (const type of given) {
    for (const field of fieldsOf(type)) {
      const inner = getNamedType(field.type);
      if (isObjectType(inner)) given.add(inner);
    }
  }
  return given;
}

/** Object types that have an id. */
export function typesWithId(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  return schema.getImplementations(schema.getType('Node') as GraphQLInterfaceType).objects;
}

export function fieldsOf(type: GraphQLObjectType): GraphQLField<unknown, unknown>[] {
  return Object.values(type.getFields());
}
