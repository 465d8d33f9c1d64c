import type { PathSegment, RouteMethod, RouteParameter } from '@kronos/edge-rules';
import type { UserFault } from '@kronos/subgraph';
import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { RouteParameterInput } from './__generated__/types.ts';
import { fault } from './faults.ts';

/** What parameters are judged by. */
export interface ParameterPlace {
  method: RouteMethod;
  segments: readonly PathSegment[];
  operation: OperationDefinitionNode;
  schema: GraphQLSchema;
}

const mostParameters = 50;

/** Parameters as gateways get them: what is not named has the name of its variable, or of the field that it sets. */
export function toParameters(given: readonly RouteParameterInput[]): RouteParameter[] {
  return given.map(({ variable, source, name, value }) => {
    const own = variable.split('.').at(-1)!;
    if (source === 'CONSTANT')
      return { variable, source, name: null, value: (value ?? null) as RouteParameter['value'] };
    // Null is all of a body.
    if (source === 'BODY') return { variable, source, name: name === undefined ? own : name };
    return { variable, source, name: name ?? own };
  });
}

/** What stands against parameters: one fault for each that cannot be, and for each variable and part of the path without one. */
export function parameterFaults(parameters: readonly RouteParameter[], place: ParameterPlace): UserFault[] {
  const at = ['input', 'parameters'];
  if (parameters.length > mostParameters)
    return [fault('INVALID', `Give at most ${mostParameters} parameters.`, at)];
  const faults = parameters.flatMap((parameter, index) => {
    const reason =
      sourceReason(parameter, place) ??
      overlap(parameter, parameters.slice(0, index)) ??
      typeReason(parameter, place);
    return reason === undefined ? [] : [fault('INVALID', reason, [...at, String(index)])];
  });
  return [...faults, ...missing(parameters, place).map((message) => fault('REQUIRED', message, at))];
}

function sourceReason(
  { source, name }: RouteParameter,
  { method, segments }: ParameterPlace,
): string | undefined {
  if (source === 'PATH' && !segments.some((segment) => 'parameter' in segment && segment.parameter === name))
    return `The path has no “{${name}}”: write it there, or take the value from elsewhere.`;
  if (source === 'BODY' && method === 'GET')
    return 'GET has no body: take the value from the path or the query.';
  if (name === '' || (name?.length ?? 0) > 100) return 'Give a name of 1 to 100 characters.';
  return undefined;
}

/** Two parameters cannot set the same, nor one what is inside of another. */
function overlap({ variable }: RouteParameter, before: readonly RouteParameter[]): string | undefined {
  const other = before.find(
    (one) =>
      one.variable === variable ||
      one.variable.startsWith(`${variable}.`) ||
      variable.startsWith(`${one.variable}.`),
  );
  return (
    other && `“$${variable}” gets its value by the parameter for “$${other.variable}” already: name it once.`
  );
}

function typeReason(parameter: RouteParameter, { operation, schema }: ParameterPlace): string | undefined {
  const type = typeOf(parameter.variable, operation, schema);
  if (!type)
    return `The operation has no “$${parameter.variable}”: name a variable of it, or a field of one.`;
  if (parameter.source !== 'CONSTANT') return undefined;
  let reason: string | undefined;
  coerceInputValue(parameter.value, type, (_path, _value, { message }) => {
    reason ??= `“$${parameter.variable}” does not take this value: ${message}`;
  });
  return reason;
}

/** The type of a variable, or of a field inside of one. */
function typeOf(
  path: string,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): GraphQLInputType | undefined {
  const [name, ...fields] = path.split('.');
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  let type = definition && (typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined);
  for (const field of fields) {
    const object: unknown = isNonNullType(type) ? type.ofType : type;
    type = isInputObjectType(object) ? object.getFields()[field]?.type : undefined;
  }
  return type;
}

/** What must have a value and gets none. */
function missing(parameters: readonly RouteParameter[], { operation, segments }: ParameterPlace): string[] {
  const given = new Set(parameters.map(({ variable }) => variable.split('.')[0]));
  const variables = (operation.variableDefinitions ?? [])
    .filter(({ type, defaultValue }) => type.kind === 'NonNullType' && !defaultValue)
    .map(({ variable }) => variable.name.value)
    .filter((name) => !given.has(name))
    .map((name) => `“$${name}” must have a value: name a parameter for it.`);
  const named = new Set(parameters.flatMap(({ source, name }) => (source === 'PATH' ? [name] : [])));
  const parts = segments
    .flatMap((segment) => ('parameter' in segment ? [segment.parameter] : []))
    .filter((name) => !named.has(name))
    .map((name) => `“{${name}}” of the path goes nowhere: name a parameter with the source PATH for it.`);
  return [...variables, ...parts];
}
