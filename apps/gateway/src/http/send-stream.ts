import type { ServerResponse } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply } from 'fastify';
import type { StreamProtocol } from '../stream/protocol.ts';

/**
 * Answers over a streaming protocol: with a subscription when there is one to run, otherwise with the one result of a
 * query, a mutation or an operation that was refused.
 */
export async function sendStream(
  reply: FastifyReply,
  protocol: StreamProtocol,
  answer: HTTPGraphQLResponse,
  run: ((response: ServerResponse) => Promise<void>) | undefined,
): Promise<void> {
  const text = answer.body.kind === 'complete' ? answer.body.string : '{}';
  const result = JSON.parse(text) as { data?: unknown };
  // Apollo's clients read the errors of an operation from a JSON body; graphql-sse's only from within the stream.
  if (!run && !result.data && protocol.name === 'multipart') {
    for (const [name, value] of answer.headers) reply.header(name, value);
    reply.code(answer.status ?? 200).send(text);
    return;
  }
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': protocol.contentType,
    'cache-control': 'no-cache, no-transform',
    // nginx would otherwise collect events until a buffer is full.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  if (run) return run(response);
  response.end(protocol.opening + protocol.next(text, undefined) + protocol.complete);
}
