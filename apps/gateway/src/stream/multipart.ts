import type { StreamProtocol } from './protocol.ts';

const part = (body: unknown) =>
  `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(body)}\r\n--graphql`;
const end = '--\r\n';

/**
 * Apollo's multipart protocol. The boundary stands after each part, so that a client can read a part as soon as it is
 * there instead of when the next one comes.
 *
 * @see https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
export const multipart: StreamProtocol = {
  name: 'multipart',
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: `\r\n--graphql${part({})}`,
  heartbeat: () => part({}),
  next(result, cursor) {
    const extensions = cursor === undefined ? result.extensions : { ...result.extensions, cursor };
    return part({ payload: { ...result, ...(extensions && { extensions }) } });
  },
  complete: end,
  fail: (errors) => part({ payload: null, errors }) + end,
  // The protocol knows no other way to say "come back" than an error, on which Apollo's RetryLink does.
  interrupt: (errors) => part({ payload: null, errors }) + end,
};
