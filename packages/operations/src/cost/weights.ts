import type { GraphQLSchema } from 'graphql';
import { isCompositeType, isInterfaceType, isObjectType } from 'graphql';
import type { Costs, ListSize } from './read-costs.ts';

/** What fields and types weigh in one version of a graph. */
export interface Weights {
  /** What `@cost` says of a field, or else of the type of its value; undefined when it says nothing. */
  given(owner: string, field: string, valueType: string): number | undefined;
  /** What one value of a field weighs: as `@cost` says, else 1 for an object and 0 for anything else. */
  of(owner: string, field: string, valueType: string): number;
  /** What `@listSize` says of a field. */
  listSize(owner: string, field: string): ListSize | undefined;
}

/**
 * A type that says nothing of a field goes by what its interfaces say.
 *
 * @see https://www.apollographql.com/docs/graphos/routing/security/demand-control for the defaults
 */
export function createWeights(schema: GraphQLSchema, { weights, listSizes }: Costs): Weights {
  function find<Value>(map: ReadonlyMap<string, Value>, owner: string, field: string): Value | undefined {
    const own = map.get(`${owner}.${field}`);
    if (own !== undefined || map.size === 0) return own;
    const type = schema.getType(owner);
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    for (const { name } of type.getInterfaces()) {
      const inherited = map.get(`${name}.${field}`);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  }

  const given: Weights['given'] = (owner, field, valueType) =>
    find(weights, owner, field) ?? weights.get(valueType);

  return {
    given,
    of: (owner, field, valueType) =>
      given(owner, field, valueType) ?? (isCompositeType(schema.getType(valueType)) ? 1 : 0),
    listSize: (owner, field) => find(listSizes, owner, field),
  };
}
