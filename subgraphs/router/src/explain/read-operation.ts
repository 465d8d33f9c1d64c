import { countComparisons, measureSizes, type ValidOperation } from '@kronos/operations';
import { badUserInput, codedError } from '@kronos/subgraph';
import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from 'graphql';

/** How large an operation may be that is looked at. */
export interface OperationLimits {
  tokens: number;
  depth: number;
  aliases: number;
  rootFields: number;
  directives: number;
  /** Selections, and pairs of them that must agree. */
  comparisons: number;
}

/** An operation that is valid and not too large. */
export interface ExplainableOperation extends ValidOperation {
  depth: number;
}

const measured = ['depth', 'aliases', 'rootFields', 'directives', 'comparisons'] as const;
const mostFaults = 5;

/**
 * Reads an operation as a gateway would.
 *
 * @throws GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, OPERATION_LIMIT_EXCEEDED, or BAD_USER_INPUT when it is not said
 *   which operation is meant
 */
export function readOperation(
  text: string,
  operationName: string | null | undefined,
  schema: GraphQLSchema,
  limits: OperationLimits,
): ExplainableOperation {
  const document = parseText(text, limits.tokens);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw badUserInput('Say by “operationName” which operation of the document is meant.');
  const size = {
    ...measureSizes(document).get(operation)!,
    comparisons: countComparisons(document, limits.comparisons),
  };
  // Before it is validated: what is too large may take long to validate, too.
  for (const limit of measured) {
    const [value, maximum] = [size[limit], limits[limit]];
    if (value <= maximum) continue;
    throw codedError(
      'OPERATION_LIMIT_EXCEEDED',
      `The operation is too large: its ${limit} is ${value}, where ${maximum} is allowed.`,
      {
        details: { limit, value, maximum },
      },
    );
  }
  // Without suggestions, by which somebody could learn a schema that is not shown in production.
  const faults = validate(schema, document, specifiedRules, { maxErrors: mostFaults, hideSuggestions: true });
  if (faults.length > 0)
    throw codedError('GRAPHQL_VALIDATION_FAILED', faults.map(({ message }) => message).join(' '));
  return { schema, document, operation, depth: size.depth };
}

function parseText(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    throw codedError('GRAPHQL_PARSE_FAILED', (error as Error).message);
  }
}
