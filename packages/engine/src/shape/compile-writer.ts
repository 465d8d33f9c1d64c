import {
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { DataObject } from '../execution/run.ts';
import { compileLeaf } from './leaf.ts';
import { compileObjectWriter, type Member } from './object-writer.ts';
import type { DependsOnType, FieldsOf } from './selection.ts';

/** What an operation asks about the schema, answered, by the keys of the answer. */
export type Introspection = Readonly<Record<string, unknown>> | undefined;

/** Writes a value as JSON; throws `irregular` when the answer is not simply the data. */
export type WriteValue = (value: unknown, introspection: Introspection) => string;

/**
 * What the fast way does not answer: null where the schema has none, a value that is not of its type, an object of unknown
 * type. It says no more, because the slow way, which knows about errors, goes through the whole data again.
 */
export const irregular = new Error('the data needs completion');

export interface WriterOptions {
  typeOf(name: string): unknown;
  fieldsOf: FieldsOf;
  dependsOnType: DependsOnType;
  /** Whether no string of the data needs escapes in JSON; when omitted, each is looked through. */
  isPlain?: boolean;
}

/**
 * Compiles the answer for selection sets of an object whose type is known, such as an operation's on the root: a function
 * from merged data to JSON text. It selects, orders, renames and checks as the specification wants it in one walk, and
 * makes no object on the way.
 */
export function compileWriter(
  options: WriterOptions,
  typename: string,
  sets: readonly SelectionSetNode[],
): WriteValue {
  const { fieldsOf, typeOf, dependsOnType } = options;

  function writerOf(type: GraphQLOutputType, sets: SelectionSetNode[]): WriteValue {
    if (isNonNullType(type)) return neverNull(writerOf(type.ofType, sets));
    if (isListType(type)) return nullable(writeList(writerOf(type.ofType, sets)));
    if (isLeafType(type)) return writeLeaf(compileLeaf(type));
    return nullable(isObjectType(type) ? writeObject(type.name, sets) : writeAbstract(sets));
  }

  function members(typename: string, sets: readonly SelectionSetNode[]): Member[] | undefined {
    if (!isObjectType(typeOf(typename)) && dependsOnType(typename, sets)) return undefined;
    const fields = fieldsOf(typename, sets);
    // Null travels up from there, which is not simply written.
    if (fields?.some(({ isWithheld, type }) => isWithheld && isNonNullType(type))) return undefined;
    return fields?.map(({ key, dataKey, name, type, sets: inner, isWithheld }) => {
      if (isWithheld) return { key, constant: 'null' };
      if (name === '__typename') return { key, constant: JSON.stringify(typename) };
      if (!type) return { key, dataKey, write: (_, introspection) => JSON.stringify(introspection?.[key]) };
      return { key, dataKey, type, write: lazy(() => writerOf(type, inner)) };
    });
  }

  /** The type of the object is known; what a subgraph says it is does not matter. */
  function writeObject(typename: string, sets: readonly SelectionSetNode[]): WriteValue {
    const found = members(typename, sets);
    return found ? compileObjectWriter(found, options.isPlain) : fail;
  }

  function writeAbstract(sets: readonly SelectionSetNode[]): WriteValue {
    const writers = new Map<unknown, WriteValue>();
    return (value, introspection) => {
      const typename = (value as DataObject).__typename;
      let write = writers.get(typename);
      if (!write) {
        write = typeof typename === 'string' ? writeObject(typename, sets) : fail;
        writers.set(typename, write);
      }
      return write(value, introspection);
    };
  }

  return writeObject(typename, sets);
}

function fail(): never {
  throw irregular;
}

function neverNull(write: WriteValue): WriteValue {
  return (value, introspection) => {
    if (value === null || value === undefined) throw irregular;
    return write(value, introspection);
  };
}

function writeLeaf(write: (value: unknown) => string | undefined): WriteValue {
  return (value) => {
    if (value === null || value === undefined) return 'null';
    const text = write(value);
    if (text === undefined) throw irregular;
    return text;
  };
}

function writeList(write: WriteValue): WriteValue {
  return (value, introspection) => {
    if (!Array.isArray(value)) throw irregular;
    const { length } = value;
    if (length === 0) return '[]';
    let text = `[${write(value[0], introspection)}`;
    for (let index = 1; index < length; index++) text += `,${write(value[index], introspection)}`;
    return `${text}]`;
  };
}

function nullable(write: WriteValue): WriteValue {
  return (value, introspection) => {
    if (value === null || value === undefined) return 'null';
    if (typeof value !== 'object') throw irregular;
    return write(value, introspection);
  };
}

/** Operations may be large and mostly unused, e.g. fragments on types that do not occur: writers are made when needed. */
function lazy(compile: () => WriteValue): WriteValue {
  let write: WriteValue | undefined;
  return (value, introspection) => {
    write ??= compile();
    return write(value, introspection);
  };
}
