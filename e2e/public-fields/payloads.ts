import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import { fieldsOf, leafOf, typesGivenByQueries, typesWithId } from './walk.ts';

/** What was wrong with one's own request: mutations tell it by its codes. */
const userErrors = 'userErrors';

/** A field of what mutations and subscriptions alone give, and where it stands in their answer. */
export interface Part {
  coordinate: string;
  path: readonly string[];
}

/**
 * The fields of what a mutation or subscription gives, with those of what is below it and not given by queries, and a
 * selection of all of them. Of what has an id that is selected: another subgraph need not be asked for it.
 */
export function partsOf(
  schema: GraphQLSchema,
  root: GraphQLField<unknown, unknown>,
): { parts: Part[]; selection: string } {
  const parts: Part[] = [];
  const withId = typesWithId(schema);
  const given = typesGivenByQueries(schema);

  function select(owner: GraphQLObjectType, path: readonly string[]): string {
    const texts = fieldsOf(owner).map((field) => {
      if (field.name === userErrors) return `${userErrors} { code }`;
      const fieldPath = [...path, field.name];
      parts.push({ coordinate: `${owner.name}.${field.name}`, path: fieldPath });
      const type = getNamedType(field.type);
      if (isObjectType(type) && !given.has(type)) return `${field.name} ${select(type, fieldPath)}`;
      return withId.includes(type as GraphQLObjectType)
        ? `${field.name} { id }`
        : `${field.name}${leafOf(field)}`;
    });
    return `{ ${texts.join(' ')} }`;
  }

  const selection = select(getNamedType(root.type) as GraphQLObjectType, []);
  return { parts, selection };
}

/** The coordinates of all fields of all object types, but for those that say what was wrong with a request. */
export function allCoordinates(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__') && type.name !== 'UserError')
    .flatMap((type) => fieldsOf(type as GraphQLObjectType).map((field) => `${type.name}.${field.name}`))
    .filter((coordinate) => !coordinate.endsWith(`Payload.${userErrors}`));
}
