import { codedError, type SubscriptionSlot, subscriptionSlot } from '@kronos/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import { requestScope } from '../errors/request-scope.ts';
import type { GraphqlServer } from '../graphql-server.ts';
import { toApolloRequest } from '../http/apollo-request.ts';
import { bodyOf } from '../http/json-body.ts';
import { mediaTypeFor } from '../http/media-type.ts';
import { refuseConditionalSubscription } from '../limits/conditional-subscription.ts';
import { fieldsOf, readCursor } from '../stream/read-cursor.ts';
import type { Streams } from '../stream/streams.ts';
import type { SingleConnection } from './single-connection.ts';
import { SingleOperation } from './single-operation.ts';

export interface RunOperationOptions {
  server: GraphqlServer;
  streams: Streams;
  maxTokens: number;
}

const operationIdShape = /^[\w.:-]{1,128}$/;

/**
 * Runs an operation whose results go over a connection; it is answered with 202, or as any operation when it gave no data.
 * A subscription resumes after `extensions.lastEventId`, which stands in the `extensions.cursor` of each of its results.
 */
export async function runOperation(
  request: FastifyRequest,
  reply: FastifyReply,
  context: GatewayContext,
  connection: SingleConnection,
  { server, streams, maxTokens }: RunOperationOptions,
): Promise<void> {
  const body = bodyOf(request);
  const id = readOperationId(fieldsOf(fieldsOf(body).extensions).operationId);
  if (connection.operations.has(id))
    throw refusal('There is an operation of this id already.', 'CONFLICT', 409);
  refuseConditionalSubscription(body, maxTokens);
  const after = readCursor(undefined, body);
  const operation = new SingleOperation(id, connection, streams.reserve(context));
  connection.operations.set(id, operation);
  try {
    const slot: SubscriptionSlot = {};
    const {
      body: answer,
      headers,
      status = 200,
    } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toApolloRequest(request, { accept: mediaTypeFor(request.headers.accept) }),
      context: async () => ({ ...context, [subscriptionSlot]: slot }),
    });
    const text = answer.kind === 'complete' ? answer.string : '{}';
    const result = JSON.parse(text) as { data?: unknown };
    if (slot.planned) {
      if (!operation.isOver) subscribe(slot.planned, context, after, streams, operation);
    } else if (result.data) operation.finish(JSON.stringify(result));
    else {
      operation.stop();
      for (const [name, value] of headers) reply.header(name, value);
      reply.code(status).send(text);
      return;
    }
    reply.code(202).send();
  } catch (error) {
    operation.stop();
    throw error;
  }
}

function subscribe(
  planned: NonNullable<SubscriptionSlot['planned']>,
  context: GatewayContext,
  after: string | undefined,
  { subscriptions }: Streams,
  operation: SingleOperation,
): void {
  const scope = requestScope.getStore()!;
  operation.carry(subscriptions.start({ planned, context, after, scope, sink: operation }));
}

/** @throws a coded error BAD_REQUEST when there is none by which results could be told apart */
export function readOperationId(value: unknown): string {
  if (typeof value === 'string' && operationIdShape.test(value)) return value;
  throw refusal('There is no operationId by which results could be told apart.', 'BAD_REQUEST', 400);
}

/** A coded error with the status that the request is answered with. */
export function refusal(message: string, code: string, status: number) {
  const error = codedError(message, { code });
  error.extensions.http = { status };
  return error;
}
