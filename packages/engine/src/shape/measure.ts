import type { Measure, MeasureOptions } from '@kronos/operations';
import type { DataObject } from '../execution/run.ts';
import type { Operation } from '../plan/operation.ts';
import type { Shaping } from './shape.ts';

/** Compiles what counts something of the data of an operation, e.g. its cost. */
export type CompileMeasure = (options: MeasureOptions) => Measure;

/**
 * Measures the data of an operation; what is withheld is not in it.
 *
 * @param shaping of the whole answer
 * @param compile undefined when nothing is measured
 */
export function createRootMeasure(
  shaping: Shaping,
  { node }: Operation,
  compile: CompileMeasure | undefined,
): ((data: DataObject, variables: Record<string, unknown>) => number) | undefined {
  if (!compile) return undefined;
  const { schema, fieldsOf } = shaping;
  let measure: Measure | undefined;
  return (data, variables) => {
    // When it is first needed: an operation is also made ready for a version of the graph that nobody may know yet.
    measure ??= compile({
      schema,
      typename: schema.getRootType(node.operation)!.name,
      sets: [node.selectionSet],
      fieldsOf: (typename, sets) => fieldsOf(typename, sets)?.filter(({ isWithheld }) => !isWithheld),
    });
    return measure(data, variables);
  };
}
