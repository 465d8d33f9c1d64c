import type { ServerResponse } from 'node:http';
import { clientSignal } from '@kronos/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import type { GraphqlServer } from '../graphql-server.ts';
import { AnswerNotes } from '../headers/answer-notes.ts';
import { type AnswerKnownOptions, answerKnown } from '../known/answer-known.ts';
import { refuseConditionalSubscription } from '../limits/conditional-subscription.ts';
import { AnswerBody } from '../sharing/answer-body.ts';
import type { Answer, Flights } from '../sharing/flights.ts';
import { personalBody } from '../sharing/personal-answer.ts';
import type { Queries } from '../sharing/queries.ts';
import { shareKey } from '../sharing/share-key.ts';
import { joinOperation } from '../telemetry/operation-span.ts';
import { toApolloRequest } from './apollo-request.ts';
import { bodyOf, JsonBody } from './json-body.ts';
import type { OperationRequest } from './operation-request.ts';
import { sendAnswer } from './send-answer.ts';

export interface AnswerJsonOptions {
  server: GraphqlServer;
  flights: Flights;
  queries: Queries;
  /** Whether identical queries in flight are run once. */
  isSharing: boolean;
  maxTokens: number;
  known: AnswerKnownOptions;
}

/** Answers an operation with one JSON document. */
export async function answerJson(
  request: FastifyRequest,
  reply: FastifyReply,
  context: GatewayContext,
  options: AnswerJsonOptions,
): Promise<void> {
  const answer = await obtainAnswer(request, reply.raw, context, options);
  sendAnswer(reply, answer, personalBody(answer, context));
}

/**
 * The answer to an operation: of a run of its own, or of an identical query's that is under way.
 *
 * @param response of the client that waits; when all who wait have gone away the run is aborted
 */
export async function obtainAnswer(
  request: OperationRequest,
  response: ServerResponse,
  context: GatewayContext,
  options: AnswerJsonOptions,
): Promise<Answer> {
  const key = options.isSharing ? keyOf(request, context, options) : undefined;
  // Whoever joins pays for what is done for them all the same: a point.
  if (context.account && key !== undefined && options.flights.has(key)) await context.account.enter();
  const answer = await options.flights.join(key, response, (signal) =>
    run(request, context, signal, options),
  );
  if (answer.requestId !== request.id) joinOperation(context.trace.span, answer.span);
  return answer;
}

/** Undefined for what may not be shared. */
function keyOf(
  request: OperationRequest,
  context: GatewayContext,
  { flights, queries }: AnswerJsonOptions,
): string | undefined {
  const { method, body } = request;
  const key = shareKey(request, body instanceof JsonBody ? body.text : undefined, context);
  // What is under way has been looked at: for those who join, nothing is parsed.
  return flights.has(key) || queries.isQuery(method, bodyOf(request)) ? key : undefined;
}

async function run(
  request: OperationRequest,
  context: GatewayContext,
  signal: AbortSignal,
  { server, known, maxTokens }: AnswerJsonOptions,
): Promise<Answer> {
  const notes = new AnswerNotes();
  const own: GatewayContext = { ...context, notes, [clientSignal]: signal };
  const { cookies } = notes;
  const clean = await answerKnown(request, own, known);
  if (clean) {
    const { headers, text } = clean;
    const answerBody = new AnswerBody(text);
    return {
      status: 200,
      headers,
      body: answerBody,
      cookies,
      requestId: request.id,
      span: context.trace.span,
      isClean: true,
    };
  }
  await context.account?.enter();
  refuseConditionalSubscription(bodyOf(request), maxTokens);
  const { status, headers, body } = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: toApolloRequest(request),
    context: async () => own,
  });
  return {
    status: status ?? 200,
    headers,
    body: new AnswerBody(body.kind === 'complete' ? body.string : ''),
    cookies,
    requestId: request.id,
    span: context.trace.span,
    isClean: notes.isClean,
  };
}
