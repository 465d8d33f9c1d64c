import {
  type GraphQLArgument,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Choices } from './choices.ts';

/** The variables that an operation declares so far, with the values that it is sent with. */
export interface VariableBag {
  definitions: Map<string, string>;
  values: Record<string, unknown>;
}

/** The arguments of one field as they stand in the operation: some literal, some by variable, some left out. */
export function generateArguments(
  choices: Choices,
  args: readonly GraphQLArgument[],
  variables: VariableBag,
): string {
  const given = args.flatMap(({ name, type, defaultValue }) => {
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    if (!isRequired && choices.chance(0.35)) return [];
    return [`${name}: ${generateInput(choices, type, variables, 0)}`];
  });
  return given.length > 0 ? `(${given.join(', ')})` : '';
}

function generateInput(
  choices: Choices,
  type: GraphQLInputType,
  variables: VariableBag,
  depth: number,
): string {
  if (choices.chance(0.3)) return `$${declareVariable(choices, type, variables)}`;
  if (isNonNullType(type)) return literal(choices, type.ofType, variables, depth);
  return choices.chance(0.1) ? 'null' : literal(choices, type, variables, depth);
}

function literal(choices: Choices, type: GraphQLInputType, variables: VariableBag, depth: number): string {
  if (isNonNullType(type)) return literal(choices, type.ofType, variables, depth);
  if (isListType(type)) {
    const items = Array.from({ length: choices.integer(0, 2) }, () =>
      generateInput(choices, type.ofType, variables, depth),
    );
    return `[${items.join(', ')}]`;
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const isRequired = isNonNullType(field.type) && field.defaultValue === undefined;
      if (!isRequired && (depth > 1 || choices.chance(0.5))) return [];
      return [`${field.name}: ${generateInput(choices, field.type, variables, depth + 1)}`];
    });
    return `{ ${fields.join(', ')} }`;
  }
  if (isEnumType(type)) return choices.pick(type.getValues()).name;
  return jsonLiteral(scalarValue(choices, type.name));
}

function declareVariable(choices: Choices, type: GraphQLInputType, variables: VariableBag): string {
  const reusable = [...variables.definitions].filter(([, definition]) => definition === String(type));
  if (reusable.length > 0 && choices.chance(0.5)) return choices.pick(reusable)[0];
  const name = `v${variables.definitions.size}`;
  const isOptional = !isNonNullType(type);
  if (isOptional && choices.chance(0.2)) {
    variables.definitions.set(name, String(type));
    return name;
  }
  const hasDefault = choices.chance(0.3);
  const fallback = hasDefault ? ` = ${constant(presentValue(choices, type, 1), type)}` : '';
  variables.definitions.set(name, `${type}${fallback}`);
  if (!hasDefault || choices.chance(0.5)) variables.values[name] = inputValue(choices, type, 0);
  return name;
}

/** A value of an input type as a literal. */
function constant(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return constant(value, type.ofType);
  if (value === null) return 'null';
  if (isListType(type) && Array.isArray(value)) {
    return `[${value.map((item) => constant(item, type.ofType)).join(', ')}]`;
  }
  if (isEnumType(type)) return String(value);
  if (!isInputObjectType(type)) return jsonLiteral(value);
  const fields = type.getFields();
  const entries = Object.entries(value as object);
  return `{ ${entries.map(([name, inner]) => `${name}: ${constant(inner, fields[name]!.type)}`).join(', ')} }`;
}

/** JSON as a GraphQL literal: the names of an object's fields stand without quotes. */
function jsonLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonLiteral).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${name}: ${jsonLiteral(inner)}`)
    .join(', ')} }`;
}

function inputValue(choices: Choices, type: GraphQLInputType, depth: number): unknown {
  if (isNonNullType(type)) return presentValue(choices, type.ofType, depth);
  return choices.chance(0.1) ? null : presentValue(choices, type, depth);
}

function presentValue(choices: Choices, type: GraphQLInputType, depth: number): unknown {
  if (isNonNullType(type)) return presentValue(choices, type.ofType, depth);
  if (isListType(type)) {
    return Array.from({ length: choices.integer(0, 2) }, () => inputValue(choices, type.ofType, depth));
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) =>
        (isNonNullType(field.type) && field.defaultValue === undefined) || (depth < 2 && choices.chance(0.4)),
    );
    return Object.fromEntries(
      fields.map((field) => [field.name, inputValue(choices, field.type, depth + 1)]),
    );
  }
  if (isEnumType(type)) return choices.pick(type.getValues()).name;
  return scalarValue(choices, type.name);
}

function scalarValue(choices: Choices, type: string): unknown {
  if (type === 'Int') return choices.integer(0, 9);
  if (type === 'Float') return choices.integer(0, 9) / 2;
  if (type === 'Boolean') return choices.chance(0.5);
  if (type === 'ID' || type === 'String') return choices.pick(['one', 'two', '"quoted"', 'é\n']);
  return choices.pick([1, 'json', [1, null], { deep: { list: [true] } }]);
}
