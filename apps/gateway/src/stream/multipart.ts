import type { StreamProtocol } from './protocol.ts';

const part = (json: string) => `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`;
const end = '--\r\n';
const fatal = (errors: unknown) => part(JSON.stringify({ payload: null, errors })) + end;

/**
 * Apollo's multipart protocol. The boundary stands after each part, so that a client can read a part as soon as it is
 * there instead of when the next one comes.
 *
 * @see https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
export const multipart: StreamProtocol = {
  name: 'multipart',
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: `\r\n--graphql${part('{}')}`,
  hasCursorInResult: true,
  heartbeat: () => part('{}'),
  retryAfter: () => '',
  next: (result) => part(`{"payload":${result}}`),
  complete: end,
  fail: fatal,
  // The protocol knows no other way to say "come back" than an error, on which Apollo's RetryLink does.
  interrupt: fatal,
};
