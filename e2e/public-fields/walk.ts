import {
  type GraphQLField,
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

/** One step on the way to a type. */
interface Step {
  owner: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
}

/** Where Ada's things are found, before anything by way of which somebody else's might be. */
const first = ['event', 'user', 'session', 'registration', 'notification', 'viewer', 'role'];

/**
 * Walks from the fields of Query to every object type that can be reached, each by the shortest way, and gives the
 * operations that ask for their fields.
 */
export function askedFields(schema: GraphQLSchema, ids: Seed['ids']): AskedField[] {
  const ways = findWays(schema);
  return [...ways].flatMap(([type, way]) =>
    Object.values(type.getFields()).map((field): AskedField => {
      const steps = [...way, { owner: type, field }];
      const calls = steps.map((step) => callOf(step.owner.name, step.field, ids));
      const leaf = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
      const [last, ...outer] = calls.reverse();
      const document = outer.reduce((inner, call) => `${call} { ${inner} }`, `${last}${leaf}`);
      return {
        coordinate: `${type.name}.${field.name}`,
        document: `{ ${document} }`,
        path: steps.map((step) => step.field.name),
      };
    }),
  );
}

/** Object types that cannot be reached from Query: what only mutations and subscriptions give. */
export function unreachedTypes(schema: GraphQLSchema): string[] {
  const ways = findWays(schema);
  const roots = [schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter((type): type is GraphQLObjectType => isObjectType(type) && !type.name.includes('__'))
    .filter((type) => !ways.has(type) && !roots.includes(type))
    .map(({ name }) => name);
}

function findWays(schema: GraphQLSchema): Map<GraphQLObjectType, Step[]> {
  const query = schema.getQueryType()!;
  const ways = new Map<GraphQLObjectType, Step[]>([[query, []]]);
  // A map goes on to what is added while it is walked.
  for (const [owner, way] of ways) {
    const fields = Object.values(owner.getFields());
    const ordered =
      owner === query ? fields.toSorted((one, other) => rankOf(one.name) - rankOf(other.name)) : fields;
    for (const field of ordered) {
      const type = getNamedType(field.type);
      if (isObjectType(type) && !ways.has(type)) ways.set(type, [...way, { owner, field }]);
    }
  }
  return ways;
}

function rankOf(field: string): number {
  const rank = first.indexOf(field);
  return rank < 0 ? first.length : rank;
}
