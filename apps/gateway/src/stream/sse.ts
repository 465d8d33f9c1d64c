import { sseComment, sseMessage } from '@kronos/service';
import type { StreamProtocol } from './protocol.ts';

const complete = sseMessage({ event: 'complete', data: '' });

/** Distinct connections mode. @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md */
export const sse: StreamProtocol = {
  name: 'sse',
  contentType: 'text/event-stream; charset=utf-8',
  opening: sseComment,
  hasCursorInResult: false,
  heartbeat: (cursor) => (cursor === undefined ? sseComment : sseMessage({ id: cursor })),
  retryAfter: (ms) => `retry: ${ms}\n\n`,
  next: (result, cursor) => sseMessage({ id: cursor, event: 'next', data: result }),
  complete,
  fail: (errors) => sseMessage({ event: 'next', data: JSON.stringify({ errors }) }) + complete,
  // A stream that ends without `complete` is what makes clients reconnect with Last-Event-ID.
  interrupt: () => '',
};
