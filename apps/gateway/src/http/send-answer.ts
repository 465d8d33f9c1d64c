import { answerHeaders } from '@kronos/service';
import type { FastifyReply } from 'fastify';

export interface AnswerHead {
  status: number;
  headers: Iterable<readonly [name: string, value: string]>;
  /** `set-cookie` lines. */
  cookies: readonly string[];
}

/**
 * Sends a whole answer past Fastify, with the headers that hooks have given the reply: Node then writes head and body at
 * once, and text of one byte per character, which most JSON is, without encoding it.
 */
export function sendAnswer(
  reply: FastifyReply,
  { status, headers, cookies }: AnswerHead,
  body: string | Buffer,
): void {
  const bytes = Buffer.byteLength(body);
  const all = answerHeaders(reply);
  for (const [name, value] of headers) {
    // What other parts have said of `vary` stays true.
    all[name] = name === 'vary' && all.vary ? `${all.vary}, ${value}` : value;
  }
  if (cookies.length > 0) all['set-cookie'] = [...cookies];
  all['content-length'] = bytes;
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(status, all);
  // On its own, or Node would copy the body to put the head before it. Ending the answer takes the cork out.
  raw.socket?.cork();
  raw.flushHeaders();
  raw.end(body, bytes === body.length ? 'latin1' : 'utf8');
}
