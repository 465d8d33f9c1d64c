import { isIncluded } from '@kronos/operations';
import type { GraphQLError, GraphQLSchema, SelectionNode } from 'graphql';
import type { Run } from '../execution/run.ts';
import type { DataKeyOf } from '../plan/data-keys.ts';
import type { Operation } from '../plan/operation.ts';
import { nothingWithheld, type WithheldFields } from '../plan/withheld.ts';
import { compileWriter, irregular, type WriteValue } from './compile-writer.ts';
import { completeAnswer } from './complete.ts';
import { RawJson } from './raw-json.ts';
import {
  createDependsOnType,
  createFieldsOf,
  type DependsOnType,
  type FieldsOf,
  type SelectionOptions,
  selectedKeys,
} from './selection.ts';

export interface Answer {
  data: RawJson | Record<string, unknown> | null;
  errors?: readonly GraphQLError[];
}

/**
 * Makes an answer of what a run has merged.
 *
 * @param introspection what the operation asks about the schema, answered, by the keys of the answer
 */
export type Shape = (
  run: Pick<Run, 'data' | 'problems'> & Partial<Pick<Run, 'isPlain'>>,
  introspection: Readonly<Record<string, unknown>> | undefined,
) => Answer;

/** How answers are read out of merged data. */
export interface Shaping {
  schema: GraphQLSchema;
  selection: SelectionOptions;
  fieldsOf: FieldsOf;
  dependsOnType: DependsOnType;
}

/**
 * @param schema what clients know
 * @param withheld what is null in the answer; nothing when omitted
 */
export function createShaping(
  schema: GraphQLSchema,
  { fragments }: Operation,
  dataKeyOf: DataKeyOf,
  isIncluded: (node: SelectionNode) => boolean,
  withheld: WithheldFields = nothingWithheld,
): Shaping {
  const selection = { schema, fragments, dataKeyOf, isIncluded, withheld };
  return {
    schema,
    selection,
    fieldsOf: createFieldsOf(selection),
    dependsOnType: createDependsOnType(selection),
  };
}

/**
 * How the whole answer of an operation is read.
 *
 * @param schema what clients know
 * @param variables with defaults; the answer is for operations with the same variables of @skip and @include
 * @param withheld what is null in the answer; nothing when omitted
 */
export function createWholeShaping(
  schema: GraphQLSchema,
  operation: Operation,
  dataKeyOf: DataKeyOf,
  variables: Record<string, unknown>,
  withheld?: WithheldFields,
): Shaping {
  return createShaping(schema, operation, dataKeyOf, (node) => isIncluded(node, variables), withheld);
}

/** Compiles the answer of an operation, or the part of it that is not left out of the shaping. */
export function compileRootShape(shaping: Shaping, { node }: Operation): Shape {
  const { schema } = shaping;
  const { selectionSet } = node;
  const typename = schema.getRootType(node.operation)!.name;
  const writerFor = (isPlain: boolean) => {
    const options = { ...shaping, typeOf: (name: string) => schema.getType(name), isPlain };
    return compileWriter(options, typename, [selectionSet]);
  };
  let write: WriteValue | undefined;
  let writePlain: WriteValue | undefined;

  return ({ data, problems, isPlain = false }, introspection) => {
    if (problems.isEmpty) {
      try {
        if (isPlain) writePlain ??= writerFor(true);
        else write ??= writerFor(false);
        return { data: new RawJson((isPlain ? writePlain! : write!)(data, introspection)) };
      } catch (error) {
        if (error !== irregular) throw error;
      }
    }
    const selected = selectedKeys(selectionSet, shaping.selection);
    const completed = completeAnswer({
      ...shaping,
      typename,
      selectionSet,
      selected,
      data,
      problems,
      introspection,
    });
    return completed.errors.length > 0 ? completed : { data: completed.data };
  };
}
