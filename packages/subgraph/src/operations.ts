import { BoundedMap } from '@kronos/service';
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import { badUserInput, codedError } from './errors.ts';

const cachedDocuments = 1000;

type Checked = { document: DocumentNode } | { errors: readonly GraphQLError[] };

/** Parsed and valid operations of one schema; the gateway sends few different ones, so that each is checked once. */
export class Operations {
  readonly #schema: GraphQLSchema;
  readonly #documents = new BoundedMap<string, Checked>(cachedDocuments);

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /**
   * The document of an operation, or why it cannot be executed.
   *
   * @param isSubscription what the operation must be, or must not be
   */
  find(query: string, operationName: string | null | undefined, isSubscription: boolean): Checked {
    const checked = this.#check(query);
    if ('errors' in checked) return checked;
    const operation = getOperationAST(checked.document, operationName);
    if (!operation)
      return { errors: [badUserInput('The document must hold the operation that “operationName” names.')] };
    if ((operation.operation === OperationTypeNode.SUBSCRIPTION) === isSubscription) return checked;
    const message = isSubscription
      ? 'Only a subscription is answered with a stream of events.'
      : 'A subscription is answered with a stream of events: send “accept: text/event-stream”.';
    return { errors: [badUserInput(message)] };
  }

  #check(query: string): Checked {
    const known = this.#documents.get(query);
    if (known) return known;
    const checked = check(this.#schema, query);
    this.#documents.set(query, checked);
    return checked;
  }
}

function check(schema: GraphQLSchema, query: string): Checked {
  try {
    const document = parse(query);
    const faults = validate(schema, document);
    if (faults.length === 0) return { document };
    return { errors: faults.map(({ message }) => codedError('GRAPHQL_VALIDATION_FAILED', message)) };
  } catch (error) {
    return { errors: [codedError('GRAPHQL_PARSE_FAILED', (error as Error).message)] };
  }
}
