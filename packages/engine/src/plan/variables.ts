import { type GraphQLError, type GraphQLSchema, getVariableValues } from 'graphql';
import { codedError } from '../coded-error.ts';
import type { Operation } from './operation.ts';
import { withoutValues } from './without-values.ts';

type Variables =
  | { errors: readonly GraphQLError[]; coerced?: undefined }
  | { errors?: undefined; coerced: Record<string, unknown> };

/** So many mistakes are told at once. */
const maxErrors = 10;

/**
 * Compiles the check of an operation's variables.
 *
 * @param schema what clients know
 * @returns gives variables with defaults and what is decided of overrides, or says what is wrong with them
 */
export function compileVariables(
  schema: GraphQLSchema,
  { node, conditions, overrides }: Operation,
): (given: Record<string, unknown>) => Variables {
  const definitions = node.variableDefinitions ?? [];
  if (definitions.length === 0 && overrides.length === 0) return () => ({ coerced: none });
  return (given) => {
    const { errors, coerced } = getVariableValues(schema, definitions, given, { maxErrors });
    if (errors) return { errors: errors.map(withCode) };
    for (const { label, isOn } of overrides) coerced[label] = isOn();
    // A nullable variable with a default passes validation here, and null is neither yes nor no.
    const unclear = conditions.find((name) => typeof coerced[name] !== 'boolean');
    return unclear === undefined ? { coerced } : { errors: [unclearCondition(unclear)] };
  };
}

/** Of the error that says that there are more, nobody else would know whose fault it is. */
function withCode(error: GraphQLError): GraphQLError {
  return error.nodes ? withoutValues(error) : codedError(error.message, { code: 'BAD_USER_INPUT' });
}

function unclearCondition(name: string): GraphQLError {
  return codedError(`Variable "$${name}" decides what is included: it must not be null.`, {
    code: 'BAD_USER_INPUT',
  });
}

const none: Record<string, unknown> = Object.freeze(Object.create(null));
