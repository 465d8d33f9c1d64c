import type { ServerResponse } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply } from 'fastify';
import { openResponse } from '../stream/open-response.ts';
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
  const response = openResponse(reply, protocol.contentType);
  if (run) return run(response);
  response.end(protocol.opening + protocol.next(JSON.stringify(result), undefined) + protocol.complete);
}
