import type { FastifyReply } from 'fastify';
import { sendAnswer } from '../http/send-answer.ts';
import type { RestAnswer } from './rest-error.ts';

/**
 * Sends an answer of a route; gives its status.
 *
 * @param of the answer to the operation, whose headers and cookies go on
 */
export function sendRest(
  reply: FastifyReply,
  { status, headers, body }: RestAnswer,
  of?: { headers: Iterable<readonly [name: string, value: string]>; cookies: readonly string[] },
): number {
  const all = new Map(of?.headers);
  all.delete('content-type');
  if (body !== undefined) all.set('content-type', 'application/json; charset=utf-8');
  // Nobody may keep an error for an answer.
  if (status >= 400) all.set('cache-control', 'no-store');
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  sendAnswer(
    reply,
    { status, headers: all, cookies: of?.cookies ?? [] },
    body === undefined ? '' : JSON.stringify(body),
  );
  return status;
}
