import type { ApolloServer, HTTPGraphQLResponse } from '@apollo/server';
import { clientSignal, type Parts, type PartsSlot, partsSlot } from '@kronos/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import { AnswerNotes } from '../headers/answer-notes.ts';
import { toApolloRequest } from '../http/apollo-request.ts';
import { bodyOf } from '../http/json-body.ts';
import { mediaTypeFor } from '../http/media-type.ts';
import { refuseConditionalSubscription } from '../limits/conditional-subscription.ts';
import { createStreamWriter } from '../stream/stream-writer.ts';
import { partsContentType, writeFirst, writeParts } from './multipart.ts';

export interface AnswerInPartsOptions {
  server: ApolloServer<GatewayContext>;
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
  for (const [name, value] of answer.headers) {
    // What other parts have said of `vary` stays true.
    const present = name === 'vary' ? reply.getHeader('vary') : undefined;
    reply.header(name, present ? `${present}, ${value}` : value);
  }
  if (notes.cookies.length > 0) reply.header('set-cookie', notes.cookies);
  const text = textOf(answer);
  const isWhole = slot.parts === undefined || (answer.status ?? 200) !== 200;
  if (isWhole) reply.code(answer.status ?? 200).send(text);
  else await sendParts(request, reply, text, slot.parts!);
}

function textOf({ body }: HTTPGraphQLResponse): string {
  return body.kind === 'complete' ? body.string : '';
}

async function sendParts(
  { id: requestId, log }: FastifyRequest,
  reply: FastifyReply,
  first: string,
  parts: AsyncGenerator<Parts, void>,
): Promise<void> {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
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
    log.error({ err: error, requestId }, 'an answer in parts broke');
    response.destroy();
  }
}
