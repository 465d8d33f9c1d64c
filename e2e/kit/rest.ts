import { inject } from 'vitest';
import type { Json } from './client.ts';

/** What a client of REST gets. */
export interface RestAnswer {
  status: number;
  headers: Headers;
  body: Json;
}

interface RestOptions {
  origin?: string;
  headers?: Record<string, string>;
}

/** The id that `rest` gives its requests. */
export const restRequestId = 'rest-story';

/**
 * Sends a request to a REST route.
 *
 * @param origin of the system, the shared one's when omitted
 * @param headers beside those of each request
 */
export async function rest(
  method: string,
  path: string,
  body?: unknown,
  token?: string,
  { origin = new URL(inject('kronosUrl')).origin, headers = {} }: RestOptions = {},
): Promise<RestAnswer> {
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...headers,
      'x-request-id': restRequestId,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text && JSON.parse(text) };
}
