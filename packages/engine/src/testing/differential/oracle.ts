import {
  type DocumentNode,
  execute,
  type FieldNode,
  type FormattedExecutionResult,
  type GraphQLSchema,
  isNonNullType,
} from 'graphql';
import { withheldMessage } from './guard.ts';
import { type Source, toResolved } from './resolve.ts';
import { root, type World } from './world.ts';

/** A field that gives the object itself, where the schema has one of this name. */
export const selfField = '_self';

/**
 * The truth: one plain graphql-js execution of the API schema, every field from the world.
 *
 * @param isWithheld which fields give nothing, by the places where they are selected; none when omitted
 */
export async function executePlainly(
  world: World,
  apiSchema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Record<string, unknown>,
  isWithheld: (nodes: readonly FieldNode[]) => boolean = () => false,
): Promise<FormattedExecutionResult> {
  let step = 0;
  const result = await execute({
    schema: apiSchema,
    document,
    variableValues,
    typeResolver: (source: Source) => source.instance.type,
    fieldResolver(source: Source | undefined, args, _, info) {
      if (isWithheld(info.fieldNodes)) {
        if (isNonNullType(info.returnType)) throw new Error(withheldMessage);
        return null;
      }
      if (info.fieldName === selfField) return source ?? { instance: root('Query') };
      const isMutation = !source && info.operation.operation === 'mutation';
      if (isMutation) step++;
      const owner = source?.instance ?? root(isMutation ? 'Mutation' : 'Query');
      return toResolved(world.value(owner, info.fieldName, { args, step: isMutation ? step : 0 }));
    },
  });
  return JSON.parse(JSON.stringify(result)) as FormattedExecutionResult;
}
