import { inject } from 'vitest';
import type { Json } from './client.ts';

/** What a client of REST gets. */
export interface RestAnswer {
  status: number;
  headers: Headers;
  body: Json;
}

/** The id that `rest` gives its requests. */
export const restRequestId = 'rest-story';

/** Sends a request to a REST route of the shared system, or of another at `origin`. */
export async function rest(
  method: string,
  path: string,
  body?: unknown,
  token?: string,
  origin = new URL(inject('kronosUrl')).origin,
): Promise<RestAnswer> {
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: {
      'x-request-id': restRequestId,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text && JSON.parse(text) };
}
