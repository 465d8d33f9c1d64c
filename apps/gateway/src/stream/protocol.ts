import type { GraphQLFormattedError } from 'graphql';

/** How one streaming protocol writes what a subscription's reader gets. */
export interface StreamProtocol {
  name: 'sse' | 'multipart';
  contentType: string;
  /** Written with the headers, at once, so that proxies and clients see the stream open. */
  opening: string;
  /** Keeps the connection open; with a cursor, moves the reader's position forward where the protocol can say it. */
  heartbeat(cursor: string | undefined): string;
  /** One result. */
  next(result: StreamResult, cursor: string | undefined): string;
  /** The orderly end, after which a client does not come back. */
  complete: string;
  /** The end for a reason that the client should know. */
  fail(errors: readonly GraphQLFormattedError[]): string;
  /** The end for a reason that is ours alone: the client should come back after its last cursor. */
  interrupt(errors: readonly GraphQLFormattedError[]): string;
}

export interface StreamResult {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
}
