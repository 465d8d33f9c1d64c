import type { ApolloServer } from '@apollo/server';
import { clientSignal } from '@kronos/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import { AnswerNotes } from '../headers/answer-notes.ts';
import type { Answer, Flights } from '../sharing/flights.ts';
import { personalBody } from '../sharing/personal-answer.ts';
import { shareKey } from '../sharing/share-key.ts';
import { toApolloRequest } from './apollo-request.ts';
import { rawBody } from './raw-body.ts';

export interface AnswerJsonOptions {
  server: ApolloServer<GatewayContext>;
  flights: Flights;
  /** Whether identical queries in flight are run once. */
  isSharing: boolean;
}

/** Answers an operation with one JSON document. */
export async function answerJson(
  request: FastifyRequest,
  reply: FastifyReply,
  context: GatewayContext,
  { server, flights, isSharing }: AnswerJsonOptions,
): Promise<void> {
  const key = isSharing ? shareKey(request, rawBody(request), context) : undefined;
  const answer = await flights.join(key, reply.raw, (signal) => run(server, request, context, signal));
  for (const [name, value] of answer.headers) {
    // What other parts have said of `vary` stays true.
    const present = name === 'vary' ? reply.getHeader('vary') : undefined;
    reply.header(name, present ? `${present}, ${value}` : value);
  }
  if (answer.cookies.length > 0) reply.header('set-cookie', answer.cookies);
  reply.code(answer.status).send(personalBody(answer, request.id, request.log));
}

async function run(
  server: ApolloServer<GatewayContext>,
  request: FastifyRequest,
  context: GatewayContext,
  signal: AbortSignal,
): Promise<Answer> {
  const notes = new AnswerNotes();
  const { status, headers, body } = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: toApolloRequest(request),
    context: async () => ({ ...context, notes, [clientSignal]: signal }),
  });
  return {
    status: status ?? 200,
    headers,
    body: Buffer.from(body.kind === 'complete' ? body.string : ''),
    cookies: notes.cookies,
    requestId: request.id,
    isClean: notes.isClean,
  };
}
