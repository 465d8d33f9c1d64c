import {
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { Path } from '../execution/collect.ts';
import { type ErrorPlace, leftOverErrors, placeErrors, takeErrors } from '../execution/error-places.ts';
import type { KeyTree } from '../execution/key-tree.ts';
import type { Problems } from '../execution/problems.ts';
import { type DataObject, isObject } from '../execution/run.ts';
import { answerKey } from '../plan/data-keys.ts';
import { compileLeaf } from './leaf.ts';
import type { DependsOnType, FieldsOf } from './selection.ts';

export interface CompletionOptions {
  schema: GraphQLSchema;
  /** Of the object where completion begins: the root, or that of a deferred fragment. */
  typename: string;
  selectionSet: SelectionSetNode;
  fieldsOf: FieldsOf;
  /** What is selected, for objects of whatever type. */
  selected: KeyTree;
  dependsOnType: DependsOnType;
  data: DataObject;
  problems: Problems;
  introspection: Readonly<Record<string, unknown>> | undefined;
}

export interface CompletedAnswer {
  data: Record<string, unknown> | null;
  errors: GraphQLError[];
}

/** Why a value cannot be given. It travels up to the nearest position that may be null. */
class FieldFault {
  readonly errors: GraphQLError[];

  constructor(errors: GraphQLError[]) {
    this.errors = errors;
  }
}

/** A failure, seen from an object: the keys that the object would have got. */
export interface Missing {
  error: GraphQLError;
  keys: KeyTree;
}

/** Where completion is: in the data, in the answer, and among the errors. */
export interface Position {
  path: Path;
  place: ErrorPlace | undefined;
  missing: readonly Missing[];
  /** Whether there is no such entity. */
  isAbsent?: boolean;
}

/**
 * Completes the answer to an operation.
 *
 * @param options where completion begins at the root
 */
export function completeAnswer(options: CompletionOptions): CompletedAnswer {
  const { problems } = options;
  const root = { path: [], place: placeErrors(problems.located), missing: [] };
  const { data, errors } = completeFrom(root, options);
  errors.push(...problems.unlocated);
  // A failure that no position shows must not go unnoticed when nothing else tells of it.
  if (errors.length === 0) errors.push(...problems.failedWith());
  return { data, errors };
}

/**
 * Completes merged data as the specification wants it: null propagation, and an error with the exact path for each
 * position that shows one. It runs when something went wrong or the data does not fit the schema; else the compiled
 * writer does the same much faster.
 *
 * @param start where the object stands to which null propagation goes at most
 * @returns with every located error that belongs here, and none of the others
 * @see https://spec.graphql.org/draft/#sec-Handling-Execution-Errors
 */
export function completeFrom(start: Position, options: CompletionOptions): CompletedAnswer {
  const { schema, fieldsOf, problems, introspection } = options;
  const errors: GraphQLError[] = [];
  const shown = new Set<GraphQLError>();

  function completeObject(
    typename: string,
    sets: readonly SelectionSetNode[],
    object: DataObject,
    at: Position,
  ): Record<string, unknown> {
    const missing = [...at.missing, ...problems.failuresOf(object)];
    if (!isObjectType(schema.getType(typename)) && options.dependsOnType(typename, sets)) {
      throw unknownType(at, missing);
    }
    const completed: Record<string, unknown> = Object.create(null);
    for (const field of fieldsOf(typename, sets)!) {
      const { key, dataKey, name, type } = field;
      if (name === '__typename') completed[key] = typename;
      else if (!type) completed[key] = introspection?.[key];
      else if (field.isWithheld) completed[key] = completeWithheld(type);
      else {
        const value = Object.hasOwn(object, dataKey) ? object[dataKey] : undefined;
        const position = {
          path: [...at.path, key],
          place: at.place?.below.get(dataKey),
          missing: missing.flatMap(({ error, keys }) => {
            const inner = keys.get(dataKey);
            return inner ? [{ error, keys: inner }] : [];
          }),
          isAbsent: value === undefined && problems.isAbsent(object, dataKey),
        };
        completed[key] = completePosition(type, field.sets, value, position, `${typename}.${name}`);
      }
    }
    return completed;
  }

  /** Null, for a reason that the answer begins with. */
  function completeWithheld(type: GraphQLOutputType): null {
    if (isNonNullType(type)) throw new FieldFault([]);
    return null;
  }

  /** A value with its fault handled, when the position may be null. */
  function completePosition(
    type: GraphQLOutputType,
    sets: readonly SelectionSetNode[],
    value: unknown,
    at: Position,
    coordinate: string,
  ): unknown {
    if (at.place) at.place.answerPath = at.path;
    try {
      const completed = completeValue(type, sets, value, at, coordinate);
      if (at.place) at.place.isNull = completed === null;
      return completed;
    } catch (fault) {
      if (!(fault instanceof FieldFault)) throw fault;
      if (at.place) at.place.isNull = true;
      // Above a position that cannot be null the first reason is enough.
      if (isNonNullType(type))
        throw fault.errors.length > 1 ? new FieldFault(fault.errors.slice(0, 1)) : fault;
      errors.push(...fault.errors);
      return null;
    }
  }

  function completeValue(
    type: GraphQLOutputType,
    sets: readonly SelectionSetNode[],
    value: unknown,
    at: Position,
    coordinate: string,
  ): unknown {
    if (isNonNullType(type)) {
      const completed = completeValue(type.ofType, sets, value, at, coordinate);
      if (completed !== null) return completed;
      if (at.isAbsent) throw notFound(coordinate, at);
      throw invalid(`Cannot return null for non-nullable field ${coordinate}.`, at);
    }
    if (value === null || value === undefined) return completeNull(value, at);
    if (isListType(type)) {
      if (!Array.isArray(value)) throw invalid(`Expected a list for ${coordinate}.`, at);
      return value.map((item, index) =>
        completePosition(type.ofType, sets, item, itemOf(at, index), coordinate),
      );
    }
    if (isLeafType(type)) {
      const text = compileLeaf(type)(value);
      if (text === undefined) throw invalid(`Invalid value found for ${coordinate}.`, at);
      return JSON.parse(text);
    }
    if (!isObject(value)) throw invalid(`Expected an object for ${coordinate}.`, at);
    if (!isAbstractType(type)) return completeObject(type.name, sets, value, at);
    // The name in the message would tell of types that clients cannot know.
    const typename = value.__typename ?? type.name;
    const runtime = typeof typename === 'string' ? schema.getType(typename) : undefined;
    const isPossible =
      runtime === type || (runtime && 'getFields' in runtime && schema.isSubType(type, runtime as never));
    if (!isPossible) throw invalid(`Invalid __typename found for object of ${coordinate}.`, at);
    return completeObject(runtime.name, sets, value, at);
  }

  /** Null, unless an error says why: the subgraph's own, or that of the fetch from which the value did not come. */
  function completeNull(value: null | undefined, at: Position): null {
    const reported = at.place ? takeErrors(at.place) : [];
    if (reported.length > 0) {
      throw new FieldFault(
        reported.map(({ error, rest }) => show(error, [...at.path, ...rest.map(answerKey)])),
      );
    }
    const [failure] = value === undefined ? at.missing : [];
    if (failure) throw new FieldFault([show(failure.error, at.path)]);
    return null;
  }

  /** Which implementation an interface object is has not been told: because of an error, if there is one. */
  function unknownType(at: Position, missing: readonly Missing[]): FieldFault {
    const reported = at.place ? takeErrors(at.place) : [];
    const error = reported[0]?.error ?? missing[0]?.error;
    return error
      ? new FieldFault([show(error, at.path)])
      : invalid('The type of an object is not known.', at);
  }

  function show(error: GraphQLError, path: Path): GraphQLError {
    shown.add(error);
    return withPath(error, path);
  }

  function completeStart(): CompletedAnswer['data'] {
    if (start.place) start.place.answerPath = start.path;
    try {
      return completeObject(options.typename, [options.selectionSet], options.data, start);
    } catch (fault) {
      if (!(fault instanceof FieldFault)) throw fault;
      if (start.place) start.place.isNull = true;
      errors.push(...fault.errors);
      return null;
    }
  }

  const data = completeStart();
  const leftOver = start.place ? leftOverErrors(start.place, options.selected) : [];
  const own = new Set(problems.located.map(({ error }) => error));
  for (const { error, path } of leftOver) {
    if (own.has(error) && !shown.has(error)) errors.push(withPath(error, path.length > 0 ? path : undefined));
  }
  return { data, errors };
}

function itemOf({ path, place, missing }: Position, index: number): Position {
  return { path: [...path, index], place: place?.below.get(index), missing };
}

function invalid(message: string, { path }: Position): FieldFault {
  return new FieldFault([
    new GraphQLError(message, { path, extensions: { code: 'SUBGRAPH_RESPONSE_INVALID' } }),
  ]);
}

/** A subgraph that is asked for an entity and has none says null, and no more: it is not there, or not for this caller. */
function notFound(coordinate: string, { path }: Position): FieldFault {
  const [type] = coordinate.split('.');
  return new FieldFault([
    new GraphQLError(`There is no such ${type}.`, { path, extensions: { code: 'NOT_FOUND' } }),
  ]);
}

function withPath(error: GraphQLError, path: Path | undefined): GraphQLError {
  const { message, extensions, originalError } = error;
  return new GraphQLError(message, { path, extensions, originalError });
}
