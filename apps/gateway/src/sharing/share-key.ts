import type { GatewayContext } from '../context.ts';
import type { OperationRequest } from '../http/operation-request.ts';

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
 * which the answer can differ, namely the credentials, the client application, whose policy and safelist hold, and all
 * that subgraphs are told of the client. Its address and agent are among that. The ids of request and trace are not: they name a request and decide nothing.
 *
 * @param text the body as it was sent; undefined when there is none
 */
export function shareKey(
  request: OperationRequest,
  text: string | undefined,
  context: GatewayContext,
): string {
  const { headers } = request;
  const parts: unknown[] = [
    request.method,
    request.url,
    context.clientAddress,
    context.userAgent,
    context.client?.id,
    context.route?.id,
  ];
  for (const name of decisiveHeaders) parts.push(headers[name]);
  for (const name in context.forwarded) parts.push(name, context.forwarded[name]);
  // JSON, so that no header can be written such that it runs into the next.
  return JSON.stringify(parts) + (text ?? '');
}
