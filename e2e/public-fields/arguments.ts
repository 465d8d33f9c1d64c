import { randomUUID } from 'node:crypto';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Json } from '../kit/client.ts';
import type { Seed } from './seed.ts';

type Ids = Seed['ids'];

/** Fields whose name does not say what the id is of, or which take something else to find what is there. */
const chosen = (ids: Ids): Record<string, Json> => ({
  'Query.node(id:)': ids.Event,
  'Query.nodes(ids:)': [ids.Event],
  'Query.role(name:)': 'user',
  'Query.subgraph(name:)': 'users',
});

/** An operation's field with values for its arguments: Ada's ids where they fit, made-up ones where something is required. */
export function callOf(owner: string, field: GraphQLField<unknown, unknown>, ids: Ids) {
  const given = field.args.flatMap((argument): [GraphQLArgument, Json][] => {
    const value = argumentOf(owner, field.name, argument, ids);
    return value === undefined ? [] : [[argument, value]];
  });
  const literals = given.map(([argument, value]) => `${argument.name}: ${literal(value)}`);
  return literals.length > 0 ? `${field.name}(${literals.join(', ')})` : field.name;
}

function argumentOf(owner: string, field: string, { name, type }: GraphQLArgument, ids: Ids): Json {
  const known = chosen(ids)[`${owner}.${field}(${name}:)`];
  if (known !== undefined) return known;
  if (name === 'first') return 1;
  if (name === 'id') return idFor(field, ids) ?? (isNonNullType(type) ? randomUUID() : undefined);
  return isNonNullType(type) ? exampleOf(name, type, ids) : undefined;
}

/** Ada's thing that a field is about, by the beginning of its name. */
function idFor(field: string, ids: Ids): string | undefined {
  const found = Object.entries(ids).find(([type]) => field.startsWith(type.toLowerCase()));
  return found?.[1];
}

function exampleOf(name: string, type: GraphQLInputType, ids: Ids): Json {
  if (isNonNullType(type)) return exampleOf(name, type.ofType, ids);
  if (isListType(type)) return [];
  if (isEnumType(type)) return new EnumValue(type.getValues()[0]!.name);
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(required.map((field) => [field.name, exampleOf(field.name, field.type, ids)]));
  }
  if (type.name === 'ID') return idFor(name, ids) ?? randomUUID();
  if (type.name === 'EmailAddress') return `${randomUUID()}@example.com`;
  return examples[type.name] ?? 'made-up';
}

const examples: Record<string, Json> = {
  Int: 1,
  Float: 1,
  Boolean: true,
  BigInt: '1',
  DateTime: '2027-01-15T18:00:00Z',
  Duration: 'PT1H',
};

class EnumValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value as it is written in a document. */
function literal(value: Json): string {
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, inner]) => `${name}: ${literal(inner)}`)
    .join(', ')}}`;
}
