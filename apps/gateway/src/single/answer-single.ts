import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import { openResponse } from '../stream/open-response.ts';
import { sse } from '../stream/sse.ts';
import { type RunOperationOptions, readOperationId, refusal, runOperation } from './run-operation.ts';
import type { SingleConnections } from './single-connections.ts';

export interface AnswerSingleOptions extends RunOperationOptions {
  singleConnections: SingleConnections;
}

/** Whether a request belongs to graphql-sse's single connection mode. */
export function isOfSingleConnection(request: FastifyRequest): boolean {
  return request.method === 'PUT' || tokenOf(request) !== undefined;
}

/**
 * Answers in graphql-sse's single connection mode, in which one stream carries the results of many operations: a browser
 * on HTTP/1.1 opens six connections to a host, and streams of their own would take all of them.
 *
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#single-connection-mode
 */
export async function answerSingle(
  request: FastifyRequest,
  reply: FastifyReply,
  context: GatewayContext,
  options: AnswerSingleOptions,
): Promise<void> {
  const { method } = request;
  const { singleConnections } = options;
  if (method === 'PUT') {
    await context.account?.enter();
    const token = singleConnections.reserve(context);
    reply.code(201).type('text/plain; charset=utf-8').send(token);
    return;
  }
  const connection = singleConnections.find(tokenOf(request)!, context, method === 'GET');
  if (method === 'POST') {
    await runOperation(request, reply, context, connection, options);
  } else if (method === 'GET') {
    if (connection.isOpen) throw refusal('The stream of this token is open already.', 'CONFLICT', 409);
    connection.open(openResponse(reply, sse.contentType));
  } else if (method === 'DELETE') {
    connection.operations.get(readOperationId(queryOf(request).get('operationId')))?.stop();
    reply.code(200).send();
  } else {
    throw refusal(
      'PUT reserves a stream, GET opens it, POST and DELETE run and stop operations.',
      'BAD_REQUEST',
      405,
    );
  }
}

function tokenOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-graphql-event-stream-token'];
  // Most requests have no query, and parsing a URL costs more than looking for one.
  if (header === undefined && !request.url.includes('?')) return undefined;
  return (typeof header === 'string' ? header : queryOf(request).get('token')) || undefined;
}

function queryOf({ url }: FastifyRequest): URLSearchParams {
  return new URL(url, 'http://localhost').searchParams;
}
