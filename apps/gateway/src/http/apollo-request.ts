import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { refuseBatch } from '../limits/refuse-batch.ts';
import { bodyOf } from './json-body.ts';
import type { OperationRequest } from './operation-request.ts';

/**
 * A request as Apollo Server takes it; `changes` replace what the client sent.
 *
 * @throws a coded error OPERATION_LIMIT_EXCEEDED for a batch, BAD_REQUEST when the body cannot be read
 */
export function toApolloRequest(
  request: OperationRequest,
  changes: Partial<Pick<HTTPGraphQLRequest, 'method' | 'body'>> & { accept?: string } = {},
): HTTPGraphQLRequest {
  const body = changes.body ?? bodyOf(request);
  refuseBatch(body);
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  if (changes.accept) headers.set('accept', changes.accept);
  // A GET that is served as a POST has passed a stricter test than the content type.
  if (changes.method === 'POST' && request.method === 'GET') headers.set('content-type', 'application/json');
  return {
    method: changes.method ?? request.method,
    headers,
    search: new URL(request.url, 'http://localhost').search,
    body,
  };
}
