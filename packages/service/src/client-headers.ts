import type { IncomingHttpHeaders } from 'node:http';

/** What a client says of itself; nobody has verified it. */
export interface ClientHeaders {
  /** `X-Client-Name`. */
  name?: string;
  /** `X-Client-Version`. */
  version?: string;
}

/** What stands in a log, a span or a header as it came. */
const readable = /^[\x20-\x7e]{1,128}$/;

/**
 * Reads by which name and in which version a client calls: `X-Client-Name` and `X-Client-Version`, or what Apollo's clients
 * send for it. What is too long, or no plain text, is left out.
 */
export function readClientHeaders(headers: IncomingHttpHeaders): ClientHeaders {
  const name = readableOf(headers['x-client-name'] ?? headers['apollographql-client-name']);
  const version = readableOf(headers['x-client-version'] ?? headers['apollographql-client-version']);
  return { ...(name && { name }), ...(version && { version }) };
}

function readableOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && readable.test(value) ? value : undefined;
}
