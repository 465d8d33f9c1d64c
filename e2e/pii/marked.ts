import {
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Json } from '../kit/client.ts';

/** What is looked for afterwards: every text that is sent has it. */
export interface Mark {
  text: string;
  /** The id of somebody who has it in their name. */
  userId: string;
}

/**
 * A mutation with a marked value wherever a client may send a text, also where it is not required; in objects that hold
 * objects of their own kind, three levels deep.
 */
export function markedOperation(field: GraphQLField<unknown, unknown>, mark: Mark) {
  const declarations = field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const selection = '{ userErrors { code message field } }';
  return {
    document: `mutation${declarations && ` (${declarations})`} { ${field.name}${passed && `(${passed})`} ${selection} }`,
    variables: Object.fromEntries(
      field.args.map(({ name, type }) => [name, markedValue(name, type, mark, 0)]),
    ),
  };
}

function markedValue(name: string, type: GraphQLInputType, mark: Mark, depth: number): Json {
  if (isNonNullType(type)) return markedValue(name, type.ofType, mark, depth);
  if (isListType(type)) return [markedValue(name, type.ofType, mark, depth)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    if (depth === 3) return null;
    const fields = Object.values(type.getFields());
    return Object.fromEntries(
      fields.map((field) => [field.name, markedValue(field.name, field.type, mark, depth + 1)]),
    );
  }
  if (type.name === 'ID') return mark.userId;
  const impersonal = ofNobody[name];
  if (impersonal !== undefined) return impersonal;
  return byScalar[type.name]?.(mark) ?? textFor(name, mark);
}

/** A text that gets as far as it can: through the checks that its name lets expect. */
function textFor(name: string, { text }: Mark): string {
  if (/email/i.test(name)) return `${text}@example.com`;
  if (/url|uri/i.test(name)) return `https://example.com/${text}`;
  if (/password/i.test(name)) return `${text} correct horse battery`;
  if (name === 'document') return `query ${text} { __typename }`;
  return text;
}

/** Texts that are about nobody, and that a complaint quotes so that its reader knows what to mend. */
const ofNobody: Record<string, string> = {
  permissions: 'users:read',
  schema: 'type Query { nothing: Int }',
};

const byScalar: Record<string, (mark: Mark) => Json> = {
  Int: () => 1,
  Float: () => 1,
  Boolean: () => true,
  BigInt: () => '1',
  DateTime: () => '2099-01-15T18:00:00Z',
  Duration: () => 'PT1H',
  JSONObject: ({ text }) => ({ [text]: text }),
};
