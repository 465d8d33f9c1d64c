/** An operation for a subgraph in this process, as it would stand in the body of a request. */
export interface LocalOperation {
  query: string;
  operationName?: string;
  variables: Record<string, unknown>;
}

/** A GraphQL result as any executor gives it: errors may be those of graphql-js, leaf values what scalars serialize to. */
export interface LocalResult {
  data?: unknown;
  errors?: readonly unknown[];
}

/**
 * A subgraph in this process: executes an operation. What it gives stays its own, for the engine copies it; a `GraphQLError`
 * with a code that it throws is an answer, and anything else that it throws is what status 500 is over HTTP.
 *
 * @param context the context value of the request for which the subgraph is asked
 * @param headers what a trace adds, if there is one; the same that a subgraph over HTTP would be told
 */
export type LocalSubgraph = (
  operation: LocalOperation,
  context: Record<string, unknown>,
  headers?: Readonly<Record<string, string>>,
) => LocalResult | Promise<LocalResult>;
