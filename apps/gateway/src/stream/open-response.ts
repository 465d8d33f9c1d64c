import type { ServerResponse } from 'node:http';
import { answerHeaders, endRequestSpan } from '@kronos/service';
import type { FastifyReply } from 'fastify';

/** Takes a response over for a stream and sends its headers at once. */
export function openResponse(reply: FastifyReply, contentType: string): ServerResponse {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...answerHeaders(reply),
    'content-type': contentType,
    'cache-control': 'no-cache, no-transform',
    // nginx would otherwise collect events until a buffer is full.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  endRequestSpan(reply.request, 200);
  return response;
}
