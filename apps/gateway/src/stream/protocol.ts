import type { GraphQLFormattedError } from 'graphql';

/** How one streaming protocol writes what a subscription's reader gets. */
export interface StreamProtocol {
  name: 'sse' | 'multipart';
  contentType: string;
  /** Written with the headers, at once, so that proxies and clients see the stream open. */
  opening: string;
  /** Whether an event's cursor stands in its result's extensions, because the protocol has no other place for it. */
  hasCursorInResult: boolean;
  /** Keeps the connection open; with a cursor, moves the reader's position forward where the protocol can say it. */
  heartbeat(cursor: string | undefined): string;
  /** After how many milliseconds a client that lost the stream should come back, where the protocol can say it. */
  retryAfter(ms: number): string;
  /** One result, given as JSON text. */
  next(result: string, cursor: string | undefined): string;
  /** The orderly end, after which a client does not come back. */
  complete: string;
  /** The end for a reason that the client should know. */
  fail(errors: readonly GraphQLFormattedError[]): string;
  /** The end for a reason that is ours alone: the client should come back after its last cursor. */
  interrupt(errors: readonly GraphQLFormattedError[]): string;
}
