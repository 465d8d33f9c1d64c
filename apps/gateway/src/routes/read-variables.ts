import { coerceInputValue, isNonNullType } from 'graphql';
import { convertTexts } from './convert-text.ts';
import type { PreparedParameter, PreparedRoute } from './prepare-route.ts';

/** Where a route's parameters are looked for. */
export interface RouteInput {
  path: Readonly<Record<string, string | undefined>>;
  query: URLSearchParams;
  /** Parsed; undefined when there is none. */
  body: unknown;
}

/** A parameter that is missing, or whose value its type does not take. */
export interface ParameterFault {
  /** The name that the client knows; null for the whole body. */
  name: string | null;
  in: 'path' | 'query' | 'body';
  message: string;
}

/** The variables of a route's operation, or everything that is wrong with what was given for them. */
export function readVariables(
  { parameters, variables, spelling }: Pick<PreparedRoute, 'parameters' | 'variables' | 'spelling'>,
  input: RouteInput,
): { values: Record<string, unknown>; faults: ParameterFault[] } {
  const faults: ParameterFault[] = [];
  const values: Record<string, unknown> = {};
  const read = (value: unknown, { source, type }: PreparedParameter) =>
    source === 'CONSTANT' ? value : spelling.read(value, type);
  for (const parameter of parameters) {
    const value = given(parameter, input);
    if (value !== undefined) put(values, parameter.path, read(value, parameter));
    else if (parameter.isRequired) faults.push(faultOf(parameter, `${nameOf(parameter)} is missing.`));
  }
  if (faults.length > 0) return { values, faults };

  for (const { name, type, hasDefault } of variables) {
    const isComposed = parameters.some(({ path }) => path[0] === name && path.length > 1);
    // All fields of an object may be optional, and the object not.
    if (values[name] === undefined && isNonNullType(type) && !hasDefault && isComposed) values[name] = {};
    if (values[name] === undefined) continue;
    coerceInputValue(values[name], type, (path, _value, { message }) => {
      const parameter = closestTo([name, ...path], parameters);
      if (parameter) faults.push(faultOf(parameter, `${nameOf(parameter)} is not right: ${message}`));
    });
  }
  return { values, faults };
}

function given({ source, name, value, type }: PreparedParameter, { path, query, body }: RouteInput): unknown {
  if (source === 'CONSTANT') return value;
  if (source === 'BODY') {
    if (name === null) return body;
    const isObject = typeof body === 'object' && body !== null && Object.hasOwn(body, name);
    return isObject ? (body as Record<string, unknown>)[name] : undefined;
  }
  const texts = source === 'PATH' ? [path[name ?? ''] ?? ''] : query.getAll(name ?? '');
  return texts.length === 0 ? undefined : convertTexts(texts, type);
}

function put(
  values: Record<string, unknown>,
  [variable, ...fields]: PreparedParameter['path'],
  value: unknown,
): void {
  let at = values;
  let key = variable;
  for (const field of fields) {
    const inner = at[key];
    const object = typeof inner === 'object' && inner !== null ? { ...inner } : {};
    at[key] = object;
    at = object as Record<string, unknown>;
    key = field;
  }
  at[key] = value;
}

/** The parameter that set a value, or the one that set what the value is in. */
function closestTo(
  path: readonly (string | number)[],
  parameters: readonly PreparedParameter[],
): PreparedParameter | undefined {
  const leading = (to: PreparedParameter) =>
    to.path.every((key, index) => key === path[index]) ? to.path.length : 0;
  const found = parameters.toSorted((a, b) => leading(b) - leading(a))[0];
  if (found && leading(found) > 0) return found;
  return parameters.find((parameter) => parameter.path[0] === path[0]);
}

function nameOf({ source, name }: PreparedParameter): string {
  if (source === 'BODY') return name === null ? 'The body' : `The field “${name}” of the body`;
  return source === 'PATH' ? `“${name}” in the path` : `The parameter “${name}”`;
}

function faultOf({ source, name }: PreparedParameter, message: string): ParameterFault {
  return { name, in: source === 'PATH' ? 'path' : source === 'QUERY' ? 'query' : 'body', message };
}
