import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'undici';
import type { Json } from '../../kit/client.ts';
import { url } from './system.ts';

/** Names and values by turns, so that one name may come twice. */
export type HeaderList = readonly string[];

export interface Attempt {
  /** The gateway's `/graphql` when omitted. */
  url?: string;
  /** POST when omitted. */
  method?: string;
  /** JSON is what the body is said to be, when omitted. */
  headers?: HeaderList;
  /** Anything but text and bytes is sent as JSON. */
  body?: unknown;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The text as JSON; undefined when it is none. */
  body: Json;
}

/** Connections are kept, and there are no retries: what one attempt does to the gateway, its answer shows. */
const agent = new Agent({ connections: 64, pipelining: 1, headersTimeout: 20_000, bodyTimeout: 20_000 });

/** Sends a request exactly as it is given, which `fetch` would not. */
export async function send(attempt: Attempt): Promise<Reply> {
  const { method = 'POST', headers = ['content-type', 'application/json'], body } = attempt;
  const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const response = await request(attempt.url ?? url, {
    dispatcher: agent,
    method: method as 'POST',
    headers: [...headers],
    body: isRaw ? (body as string | Uint8Array | undefined) : JSON.stringify(body),
  });
  const text = await response.body.text();
  return { status: response.statusCode, headers: response.headers, text, body: readJson(text) };
}

/** Sends an operation as any client would, with an access token if one is given. */
export function ask(
  query: string,
  options: { variables?: unknown; token?: string; headers?: HeaderList } = {},
): Promise<Reply> {
  const { variables, token, headers = [] } = options;
  const authorization = token === undefined ? [] : ['authorization', `Bearer ${token}`];
  return send({
    headers: ['content-type', 'application/json', ...authorization, ...headers],
    body: { query, variables },
  });
}

/** The codes of an answer's errors, in their order. */
export function codesOf({ body }: Pick<Reply, 'body'>): string[] {
  return (body?.errors ?? []).map((error: Json) => error.extensions?.code);
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
