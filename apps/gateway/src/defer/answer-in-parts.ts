import type { HTTPGraphQLResponse } from '@apollo/server';
import { clientSignal, type Parts, type PartsSlot, partsSlot } from '@kronos/engine';
import { answerHeaders } from '@kronos/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import type { GraphqlServer } from '../graphql-server.ts';
import { AnswerNotes } from '../headers/answer-notes.ts';
import { toApolloRequest } from '../http/apollo-request.ts';
import { bodyOf } from '../http/json-body.ts';
import { mediaTypeFor } from '../http/media-type.ts';
import { type AnswerHead, sendAnswer } from '../http/send-answer.ts';
import { refuseConditionalSubscription } from '../limits/conditional-subscription.ts';
import { createStreamWriter } from '../stream/stream-writer.ts';
import { partsContentType, writeFirst, writeParts } from './multipart.ts';

export interface AnswerInPartsOptions {
  server: GraphqlServer;
  maxTokens: number;
}

/**
 * Answers an operation whose client takes deferred parts: with the first part as soon as it is there and the others as they
 * come, or with one JSON document when nothing is deferred. It is never run for several clients at once.
 */
export async function answerInParts(
  request: FastifyRequest,
  reply: FastifyReply,
  context: GatewayContext,
  { server, maxTokens }: AnswerInPartsOptions,
): Promise<void> {
  await context.account?.enter();
  refuseConditionalSubscription(bodyOf(request), maxTokens);
  const notes = new AnswerNotes();
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const slot: PartsSlot = {};
  // The whole pipeline applies up to the first part; the engine leaves what follows it in the slot.
  const answer = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: toApolloRequest(request, { accept: mediaTypeFor(request.headers.accept) }),
    context: async () => ({ ...context, notes, [clientSignal]: gone.signal, [partsSlot]: slot }),
  });
  const { status = 200, headers } = answer;
  const head = { status, headers, cookies: notes.cookies };
  const { parts } = slot;
  if (parts && status === 200) await sendParts(request, reply, head, textOf(answer), parts);
  else sendAnswer(reply, head, textOf(answer));
}

function textOf({ body }: HTTPGraphQLResponse): string {
  return body.kind === 'complete' ? body.string : '';
}

async function sendParts(
  { log }: FastifyRequest,
  reply: FastifyReply,
  { headers, cookies }: AnswerHead,
  first: string,
  parts: AsyncGenerator<Parts, void>,
): Promise<void> {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...Object.fromEntries(headers),
    ...answerHeaders(reply),
    ...(cookies.length > 0 && { 'set-cookie': [...cookies] }),
    'content-type': partsContentType,
    'cache-control': 'no-store, no-transform',
    // nginx would otherwise collect parts until a buffer is full.
    'x-accel-buffering': 'no',
  });
  const writer = createStreamWriter(response);
  try {
    await writer.write(writeFirst(first));
    for await (const ready of parts) {
      if (writer.closed.aborted) return;
      await writer.write(writeParts(ready));
    }
    writer.end('');
  } catch (error) {
    log.error({ err: error }, 'an answer in parts broke');
    response.destroy();
  }
}
