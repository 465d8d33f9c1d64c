import {
  type GraphQLError,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  type SelectionNode,
} from 'graphql';
import type { Run } from '../execution/run.ts';
import { Lru } from '../lru.ts';
import type { DataKeyOf } from '../plan/data-keys.ts';
import type { Operation } from '../plan/operation.ts';
import { compileWriter, irregular } from './compile-writer.ts';
import { completeAnswer } from './complete.ts';
import { compileIntrospection } from './introspect.ts';
import { RawJson } from './raw-json.ts';
import { createFieldsOf } from './selection.ts';

export interface Answer {
  data: RawJson | Record<string, unknown> | null;
  errors?: readonly GraphQLError[];
}

/** Makes an answer of what a run has merged. */
export type Shape = (run: Pick<Run, 'data' | 'problems' | 'shared'>) => Answer;

/** Values of @skip and @include for which a compiled answer is kept, per operation. */
const keptShapes = 32;

/**
 * Compiles the answers of an operation, one for each combination of the variables of @skip and @include that occurs.
 *
 * @param schema what clients know
 */
export function createShapes(
  schema: GraphQLSchema,
  operation: Operation,
  dataKeyOf: DataKeyOf,
): (variables: Record<string, unknown>) => Shape {
  const { document, node, fragments, conditions } = operation;
  const introspect = compileIntrospection(schema, document, node);
  const shapes = new Lru<string, Shape>(keptShapes);

  function compile(variables: Record<string, unknown>, introspection?: Record<string, unknown>): Shape {
    const isIncluded = (selection: SelectionNode) =>
      getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if !== true &&
      getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false;
    const fieldsOf = createFieldsOf({ schema, operation: node, fragments, dataKeyOf, isIncluded });
    const rootType = schema.getRootType(node.operation)!;
    const typeOf = (name: string) => schema.getType(name);
    const write = compileWriter({ rootType, operation: node, typeOf, fieldsOf });

    return ({ data, problems, shared }) => {
      if (problems.isEmpty) {
        try {
          return { data: new RawJson(write(data, { shared, written: new Map(), introspection })) };
        } catch (error) {
          if (error !== irregular) throw error;
        }
      }
      const completed = completeAnswer({ schema, operation: node, fieldsOf, data, problems, introspection });
      return completed.errors.length > 0 ? completed : { data: completed.data };
    };
  }

  return (variables) => {
    // What is asked about the schema may depend on any variable; such operations are rare and not worth keeping.
    if (introspect) return compile(variables, introspect(variables));
    const key = conditions.map((name) => (variables[name] ? '1' : '0')).join('');
    let shape = shapes.get(key);
    if (!shape) {
      shape = compile(variables);
      shapes.set(key, shape);
    }
    return shape;
  };
}
