import type { RouteSpelling } from '@kronos/edge-rules';
import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { type Fragments, fieldsOf, type SelectedPart } from './selected-at.ts';

/** How a route's clients write what the graph names. */
export interface Spelling {
  /** The name of a field, or of a field of an input. */
  name(name: string): string;
  /** The name of a value of an enum. */
  value(name: string): string;
  /** Puts what a client gave for a type into the graph's words; what it does not know stays as it is. */
  read(value: unknown, type: GraphQLInputType): unknown;
  /** What puts values of a part of an answer into the clients' words; JSON within them stays as it is. */
  writer(schema: GraphQLSchema, part: SelectedPart, fragments: Fragments): (value: unknown) => unknown;
}

const asInGraph: Spelling = {
  name: (name) => name,
  value: (name) => name,
  read: (value) => value,
  writer: () => (value) => value,
};

/** E.g. `operation_type` for `operationType`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

const inSnakeCase: Spelling = {
  name: snakeCase,
  value: (name) => name.toLowerCase(),
  read,
  writer,
};

/** The spelling of a name. */
export function spellingOf(name: RouteSpelling): Spelling {
  return name === 'SNAKE_CASE' ? inSnakeCase : asInGraph;
}

function read(value: unknown, type: GraphQLInputType): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  // No deeper than the type has lists: a value may be nested as deep as a body is long.
  if (Array.isArray(value)) return isListType(inner) ? value.map((item) => read(item, inner.ofType)) : value;
  const named = getNamedType(type);
  if (isEnumType(named) && typeof value === 'string') {
    const known = named.getValues().find(({ name }) => name.toLowerCase() === value.toLowerCase());
    return known?.name ?? value;
  }
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return value;
  const fields = new Map(Object.values(named.getFields()).map((field) => [snakeCase(field.name), field]));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const field = fields.get(key);
      return field ? [field.name, read(item, field.type)] : [key, item];
    }),
  );
}

function writer(
  schema: GraphQLSchema,
  { type, selectionSets }: SelectedPart,
  fragments: Fragments,
): (value: unknown) => unknown {
  const named = getNamedType(type);
  if (isEnumType(named)) return each((value) => String(value).toLowerCase());
  if (isLeafType(named)) return (value) => value;
  const fields = [...fieldsOf(schema, named.name, selectionSets, fragments)].map(
    ([key, field]) => [key, snakeCase(key), writer(schema, field, fragments)] as const,
  );
  return each((value) => {
    const written: Record<string, unknown> = {};
    for (const [key, name, write] of fields)
      if (Object.hasOwn(value as object, key)) written[name] = write((value as Record<string, unknown>)[key]);
    return written;
  });
}

/** Does something with a value, or with each in its lists; null stays null. */
function each(write: (value: unknown) => unknown): (value: unknown) => unknown {
  return function writeEach(value: unknown): unknown {
    if (value === null || value === undefined) return value;
    return Array.isArray(value) ? value.map(writeEach) : write(value);
  };
}
