import {
  isReserved,
  type PathSegment,
  PathTemplateError,
  parsePathTemplate,
  type RouteMethod,
  routeMethods,
  routeSpellings,
} from '@kronos/edge-rules';
import type { UserFault } from '@kronos/subgraph';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql';
import { z } from 'zod';
import { fault } from './faults.ts';

const lineOf = (what: string, most: number) =>
  z.string().trim().min(1, `Give ${what}.`).max(most, `Give at most ${most} characters.`);
const status = 'Give a status from 200 to 299.';

/** The plain values of a route, by their names in the input. */
export const routeShape = z.object({
  legacyMethod: z.enum(routeMethods, 'Give a method.'),
  legacyPath: z.string('Give a path.').max(500, 'Give a path of at most 500 characters.'),
  description: lineOf('a sentence that says what it does', 500),
  requiredScopes: z
    .array(lineOf('no empty scope', 100))
    .max(20, 'Give at most 20 scopes.')
    .transform((scopes) => [...new Set(scopes)]),
  successStatus: z.int(status).min(200, status).max(299, status),
  resultPath: z
    .string()
    .regex(
      /^[_A-Za-z]\w*(\.[_A-Za-z]\w*)*$/,
      'Give names of fields with dots between them, such as “events.nodes”.',
    )
    .max(500, 'Give at most 500 characters.')
    .nullable()
    .default(null),
  spelling: z.enum(routeSpellings).default('GRAPHQL'),
});

/** What may change of them. */
export const routeChangesShape = routeShape
  .extend({
    resultPath: routeShape.shape.resultPath.unwrap(),
    spelling: routeShape.shape.spelling.unwrap(),
  })
  .partial();

/** The operation of a document that was checked when it was stored. */
export interface ParsedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Reads a stored document, which holds exactly one operation. */
export function readOperation(document: string): ParsedOperation {
  const parsed = parse(document, { noLocation: true });
  const { definitions } = parsed;
  const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return {
    document: parsed,
    operation: definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
  };
}

/** The type and the name of the first root field that is written in a document. */
export function rootFieldOf(document: string): [type: string, field: string] | undefined {
  const { operation, fragments } = readOperation(document);
  const types = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
  const field = firstField(operation.selectionSet, fragments);
  return field === undefined ? undefined : [types[operation.operation], field];
}

function firstField(
  { selections }: SelectionSetNode,
  fragments: ParsedOperation['fragments'],
): string | undefined {
  for (const node of selections) {
    if (node.kind === Kind.FIELD) {
      if (!node.name.value.startsWith('__')) return node.name.value;
      continue;
    }
    const set = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    const found = set && firstField(set.selectionSet, fragments);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The segments of a route's path, or why it cannot be one. */
export function readPath(path: string): { segments: PathSegment[]; faults: UserFault[] } {
  const refuse = (message: string) => ({
    segments: [],
    faults: [fault('INVALID', message, ['input', 'legacyPath'])],
  });
  try {
    const segments = parsePathTemplate(path);
    const [first] = segments;
    if (!first || !('literal' in first) || !isReserved(first.literal)) return { segments, faults: [] };
    return refuse(`Paths under “/${first.literal}” are the gateway's own: choose another one.`);
  } catch (error) {
    if (!(error instanceof PathTemplateError)) throw error;
    return refuse(error.message);
  }
}

/** What stands against answering a method by an operation, and by this part of its data. */
export function operationFaults(
  method: RouteMethod,
  { document, operation, fragments }: ParsedOperation,
  resultPath: string | null,
  schema: GraphQLSchema,
): UserFault[] {
  const at = ['input', 'operationId'];
  const [misfit] = validate(schema, document);
  if (misfit) {
    const message = `The operation does not fit the graph any more: ${misfit.message} Store a new one and give that.`;
    return [fault('INVALID', message, at)];
  }
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    return [
      fault('INVALID', 'A route cannot be answered by a subscription: give a query or a mutation.', at),
    ];
  if (operation.operation === OperationTypeNode.MUTATION && method === 'GET')
    return [fault('INVALID', 'GET changes nothing: give a query, or another method.', at)];
  if (resultPath === null || selects(operation.selectionSet, resultPath.split('.'), fragments)) return [];
  const message = `The operation selects nothing at “${resultPath}”: name fields as they stand in its answer.`;
  return [fault('INVALID', message, ['input', 'resultPath'])];
}

/** Whether something stands at a path of response keys. */
function selects(
  { selections }: SelectionSetNode,
  path: readonly string[],
  fragments: ParsedOperation['fragments'],
): boolean {
  const [key, ...rest] = path;
  return selections.some((node) => {
    if (node.kind === Kind.FIELD) {
      if ((node.alias ?? node.name).value !== key) return false;
      return (
        rest.length === 0 || (node.selectionSet !== undefined && selects(node.selectionSet, rest, fragments))
      );
    }
    const set = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    return set !== undefined && selects(set.selectionSet, path, fragments);
  });
}
