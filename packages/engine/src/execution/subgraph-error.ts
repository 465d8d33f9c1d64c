import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { codedError } from '../coded-error.ts';

/** Where an error comes from that reaches the client as a subgraph wrote it: for logs, never for clients. */
export class SubgraphError extends Error {
  override readonly name = 'SubgraphError';
  readonly subgraph: string;

  constructor(subgraph: string, message: string) {
    super(message);
    this.subgraph = subgraph;
  }
}

/** A subgraph's error with its extensions, less the name that some servers add; one without a code says that of itself. */
export function toGraphQLError(subgraph: string, error: GraphQLFormattedError): GraphQLError {
  const message = error.message || `Subgraph ${subgraph} reports an error without a message.`;
  const { serviceName: _, ...extensions } = error.extensions ?? {};
  return new GraphQLError(message, {
    originalError: new SubgraphError(subgraph, message),
    extensions: { ...extensions, code: extensions.code ?? 'DOWNSTREAM_SERVICE_ERROR' },
  });
}

/** What a client is told when entities did not come as they were asked for. */
export function wrongEntities(subgraph: string): GraphQLError {
  return codedError(`Subgraph ${subgraph} did not answer with the entities that it was asked for.`, {
    code: 'SUBGRAPH_RESPONSE_INVALID',
    details: { subgraph },
  });
}

/** Anything thrown, as an error that an answer can carry; what has no code is masked further up. */
export function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
