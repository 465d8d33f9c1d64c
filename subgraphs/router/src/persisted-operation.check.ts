import { hash } from 'node:crypto';
import type { UserFault } from '@kronos/subgraph';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { fault } from './faults.ts';

/** An operation that can be stored. */
export interface CheckedOperation {
  /** SHA-256 of the document, in hex. */
  hash: string;
  name: string;
  document: string;
}

/** An operation as its sender gives it. */
interface GivenOperation {
  document: string;
  hash?: string | null;
}

/** As much as a gateway takes by default. */
const mostTokens = 15_000;
const mostCharacters = 200_000;
const mostFaults = 5;

/**
 * Checks an operation against the graph: it holds exactly one, which has a name and is valid, and is what its sender takes it
 * for.
 *
 * @param field where the operation stands among the arguments
 */
export function checkOperation(
  given: GivenOperation,
  schema: GraphQLSchema,
  field: string[],
): CheckedOperation | UserFault[] {
  const { document } = given;
  const at = [...field, 'document'];
  const documentHash = hash('sha256', document);
  if (given.hash && given.hash.toLowerCase() !== documentHash) {
    const message = `The document's SHA-256 is ${documentHash}: send the document byte by byte as it was hashed, or no hash.`;
    return [fault('INVALID', message, [...field, 'hash'])];
  }
  const parsed = parseDocument(document, at);
  if (Array.isArray(parsed)) return parsed;
  const operations = parsed.definitions.filter(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  if (!operation || operations.length > 1) {
    const message = `The document holds ${operations.length} operations: store each one in a document of its own.`;
    return [fault('INVALID', message, at)];
  }
  const name = operation.name?.value;
  const details = name === undefined ? undefined : { name };
  const faults = validate(schema, parsed, specifiedRules, { maxErrors: mostFaults }).map(
    ({ message, locations }) => {
      const [place] = locations ?? [];
      const where = place ? ` (line ${place.line}, column ${place.column})` : '';
      return fault('INVALID', `The operation does not fit the graph: ${message}${where}`, at, details);
    },
  );
  if (faults.length > 0) return faults;
  if (name === undefined)
    return [fault('INVALID', 'Give the operation a name, such as “query Events { … }”.', at)];
  return { hash: documentHash, name, document };
}

function parseDocument(document: string, field: string[]): DocumentNode | UserFault[] {
  if (document.trim() === '') return [fault('REQUIRED', 'Give the document of an operation.', field)];
  if (document.length > mostCharacters) {
    const message = `The document is ${document.length} characters long: at most ${mostCharacters} are stored.`;
    return [fault('INVALID', message, field)];
  }
  // PostgreSQL's text cannot hold it.
  if (document.includes('\0')) return [fault('INVALID', 'The document holds the NUL character.', field)];
  try {
    return parse(document, { maxTokens: mostTokens });
  } catch (error) {
    return [fault('INVALID', `The document is not GraphQL: ${(error as Error).message}`, field)];
  }
}
