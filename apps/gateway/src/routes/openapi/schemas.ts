import {
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { type Fragments, fieldsOf, type SelectedPart } from '../selected-at.ts';
import type { Spelling } from '../spelling.ts';

/** A schema of JSON Schema 2020-12, which OpenAPI 3.1 uses. */
export type JsonSchema = Record<string, unknown>;

/** The JSON Schemas of GraphQL's types. Enums, scalars and input objects are named and described once. */
export interface Schemas {
  /** @param options.isNullable whether null may be given; as the type says when omitted */
  ofInput(type: GraphQLInputType, spelling: Spelling, options?: { isNullable?: boolean }): JsonSchema;
  /** What an operation answers for a part of it; never null itself, because that is an error. */
  ofSelection(part: SelectedPart, fragments: Fragments, spelling: Spelling): JsonSchema;
  /** Those that others refer to, by name. */
  named(): Record<string, JsonSchema>;
}

const builtIn: Record<string, JsonSchema> = {
  String: { type: 'string' },
  ID: { type: 'string' },
  Boolean: { type: 'boolean' },
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number' },
};

/** Scalars that many graphs have. Of any other all that is known is that it is JSON. */
const known: Record<string, JsonSchema> = {
  DateTime: { type: 'string', format: 'date-time' },
  Date: { type: 'string', format: 'date' },
  Duration: { type: 'string', format: 'duration' },
  EmailAddress: { type: 'string', format: 'email' },
  URL: { type: 'string', format: 'uri' },
  UUID: { type: 'string', format: 'uuid' },
  BigInt: { type: ['string', 'integer'] },
  Decimal: { type: 'string' },
  CountryCode: { type: 'string' },
  Currency: { type: 'string' },
  Locale: { type: 'string' },
  JWT: { type: 'string' },
  JSONObject: { type: 'object' },
};

/** @param schema the graph; undefined when there is none, and nothing to describe */
export function createSchemas(schema: GraphQLSchema | undefined): Schemas {
  const named = new Map<string, JsonSchema>();

  function refer(name: string, describe: () => JsonSchema): JsonSchema {
    if (!named.has(name)) {
      // First, because input objects may refer to themselves.
      named.set(name, {});
      named.set(name, describe());
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function ofLeaf(type: GraphQLLeafType, spelling: Spelling): JsonSchema {
    if (isEnumType(type)) {
      return refer(spelling.name(type.name), () => ({
        type: 'string',
        enum: type.getValues().map(({ name }) => spelling.value(name)),
        ...describing(type.description),
      }));
    }
    return (
      builtIn[type.name] ?? refer(type.name, () => ({ ...known[type.name], ...describing(type.description) }))
    );
  }

  function ofInput(
    type: GraphQLInputType,
    spelling: Spelling,
    { isNullable = !isNonNullType(type) } = {},
  ): JsonSchema {
    const inner = isNonNullType(type) ? type.ofType : type;
    if (isListType(inner))
      return nullable({ type: 'array', items: ofInput(inner.ofType, spelling) }, isNullable);
    if (isLeafType(inner)) return nullable(ofLeaf(inner, spelling), isNullable);
    return nullable(
      refer(spelling.name(inner.name), () => ofInputObject(inner, spelling)),
      isNullable,
    );
  }

  function ofInputObject(type: GraphQLInputType, spelling: Spelling): JsonSchema {
    if (!isInputObjectType(type)) return {};
    const fields = Object.values(type.getFields());
    return {
      type: 'object',
      ...describing(type.description),
      properties: Object.fromEntries(
        fields.map((field) => [
          spelling.name(field.name),
          {
            ...ofInput(field.type, spelling),
            ...describing(field.description),
            ...(field.defaultValue !== undefined && { default: field.defaultValue }),
          },
        ]),
      ),
      required: fields.filter(isRequiredInputField).map(({ name }) => spelling.name(name)),
      additionalProperties: false,
    };
  }

  function ofOutput(
    { type, selectionSets }: SelectedPart,
    fragments: Fragments,
    spelling: Spelling,
    { isNullable = !isNonNullType(type), isBody = false } = {},
  ): JsonSchema {
    const inner = isNonNullType(type) ? type.ofType : type;
    if (isListType(inner)) {
      const items = ofOutput({ type: inner.ofType, selectionSets }, fragments, spelling);
      return nullable({ type: 'array', items }, isNullable);
    }
    const leaf = getNamedType(inner);
    if (isLeafType(leaf)) return nullable(ofLeaf(leaf, spelling), isNullable);
    const all = [...fieldsOf(schema!, leaf.name, selectionSets, fragments)];
    // Those of a payload that is the body are told by the status.
    const fields = isBody ? all.filter(([key]) => key !== 'userErrors') : all;
    return nullable(
      {
        type: 'object',
        properties: Object.fromEntries(
          fields.map(([key, field]) => [
            spelling.name(key),
            { ...ofOutput(field, fragments, spelling), ...describing(field.description) },
          ]),
        ),
        required: fields.filter(([, { isAlways }]) => isAlways).map(([key]) => spelling.name(key)),
      },
      isNullable,
    );
  }

  return {
    ofInput,
    ofSelection: (part, fragments, spelling) =>
      ofOutput(part, fragments, spelling, { isNullable: false, isBody: true }),
    named: () => Object.fromEntries(named),
  };
}

function describing(description: string | null | undefined): { description?: string } {
  return description ? { description } : {};
}

function nullable(schema: JsonSchema, isNullable: boolean): JsonSchema {
  if (!isNullable) return schema;
  return typeof schema.type === 'string'
    ? { ...schema, type: [schema.type, 'null'] }
    : { anyOf: [schema, { type: 'null' }] };
}
