import { expect } from 'vitest';
import { ask, type Reply } from './send.ts';

/** What an answer tells of our insides only when something went wrong there. */
const insides = [
  /INTERNAL_SERVER_ERROR|DOWNSTREAM_SERVICE_ERROR/,
  // A line of a stack trace.
  /\bat .{0,200}(?:file:\/\/|node:|\.[cm]?[jt]s):?\d+:\d+/,
  /node_modules|\bPrisma|\bSELECT\b.+\bFROM\b|ECONNREFUSED/,
];

/** The two ways in which a server may fail that are not its own fault, and say so. */
const declared: Record<number, string> = { 503: 'SERVICE_UNAVAILABLE', 504: 'GATEWAY_TIMEOUT' };

/** What is wrong with an answer, whatever was asked; undefined when nothing is. */
export function faultOf({ status, text, body }: Pick<Reply, 'status' | 'text' | 'body'>): string | undefined {
  const inside = insides.find((pattern) => pattern.test(text));
  if (inside) return `it shows ${inside}`;
  const errors = body?.errors as { extensions?: { code?: string } }[] | undefined;
  if (status >= 500 && errors?.[0]?.extensions?.code !== declared[status]) return `it has status ${status}`;
  if (errors && !errors.every(({ extensions }) => extensions?.code)) return 'an error has no code';
  return undefined;
}

/** Asserts that an answer is one of a server that is in order, and gives it. */
export function expectSound(reply: Reply): Reply {
  const fault = faultOf(reply);
  expect(fault && `${fault}: ${reply.status} ${reply.text.slice(0, 2_000)}`).toBeUndefined();
  return reply;
}

/** Asserts that whatever came before, others are served now: by the gateway, and by a subgraph behind it. */
export async function expectServing(): Promise<void> {
  const { status, body } = await ask('{ events(first: 1) { pageInfo { hasNextPage } } }');
  expect(status).toBe(200);
  expect(body).toEqual({
    data: { events: { pageInfo: { hasNextPage: expect.any(Boolean) } } },
    ...(body.extensions && { extensions: body.extensions }),
  });
}
