import type { GraphQLError, GraphQLSchema, SelectionNode } from 'graphql';
import type { Run } from '../execution/run.ts';
import type { DataKeyOf } from '../plan/data-keys.ts';
import { isIncluded, type Operation } from '../plan/operation.ts';
import { compileWriter, irregular } from './compile-writer.ts';
import { completeAnswer } from './complete.ts';
import { RawJson } from './raw-json.ts';
import { createDependsOnType, createFieldsOf, selectedKeys } from './selection.ts';

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
  run: Pick<Run, 'data' | 'problems'>,
  introspection: Readonly<Record<string, unknown>> | undefined,
) => Answer;

/**
 * Compiles the answer of an operation.
 *
 * @param schema what clients know
 * @param variables with defaults; the answer is for operations with the same variables of @skip and @include
 */
export function compileShape(
  schema: GraphQLSchema,
  operation: Operation,
  dataKeyOf: DataKeyOf,
  variables: Record<string, unknown>,
): Shape {
  const { node, fragments } = operation;
  const selection = {
    schema,
    fragments,
    dataKeyOf,
    isIncluded: (node: SelectionNode) => isIncluded(node, variables),
  };
  const fieldsOf = createFieldsOf(selection);
  const rootType = schema.getRootType(node.operation)!;
  const dependsOnType = createDependsOnType(selection);
  const write = compileWriter({
    rootType,
    operation: node,
    typeOf: (name) => schema.getType(name),
    fieldsOf,
    dependsOnType,
  });

  return ({ data, problems }, introspection) => {
    if (problems.isEmpty) {
      try {
        return { data: new RawJson(write(data, introspection)) };
      } catch (error) {
        if (error !== irregular) throw error;
      }
    }
    const selected = selectedKeys(node.selectionSet, selection);
    const completed = completeAnswer({
      schema,
      operation: node,
      fieldsOf,
      selected,
      dependsOnType,
      data,
      problems,
      introspection,
    });
    return completed.errors.length > 0 ? completed : { data: completed.data };
  };
}
