import type { FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';

/** As a word of its own anywhere in a document: without it, no operation of the document is anything but a query. */
const otherOperation = /\b(?:mutation|subscription)\b/;

/** Read by Apollo Server, by its CSRF prevention or by us when an answer is written. */
const decisiveHeaders = [
  'accept',
  'content-type',
  'authorization',
  'apollo-require-preflight',
  'x-apollo-operation-name',
] as const;

/**
 * What makes two requests so much the same that one answer serves both: the bytes that were sent, and everything else by
 * which the answer can differ, namely the credentials and all that subgraphs are told of the client. Its address and agent
 * are among that. The ids of request and trace are not: they name a request and decide nothing.
 *
 * @param text the body as it was sent; undefined for GET
 * @returns undefined for what may not be shared: anything that could be more than a query
 */
export function shareKey(
  request: FastifyRequest,
  text: string | undefined,
  context: GatewayContext,
): string | undefined {
  // Apollo Server refuses mutations by GET, so whatever is answered there is a query.
  const isQuery = request.method === 'GET' || (request.method === 'POST' && holdsOnlyQueries(request.body));
  if (!isQuery) return undefined;
  const { headers } = request;
  const parts: unknown[] = [request.method, request.url, context.clientAddress, context.userAgent];
  for (const name of decisiveHeaders) parts.push(headers[name]);
  for (const name in context.forwarded) parts.push(name, context.forwarded[name]);
  // JSON, so that no header can be written such that it runs into the next.
  return JSON.stringify(parts) + (text ?? '');
}

function holdsOnlyQueries(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('query' in body)) return false;
  return typeof body.query === 'string' && !otherOperation.test(body.query);
}
