import { commaList } from '@kronos/service/environment';
import { z } from 'zod';

/** Of one connection, of one body, or ours to say: neither a client nor a subgraph speaks for us. */
const ours = new Set([
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'x-request-id',
]);
const ourPrefixes = ['x-kronos-', 'access-control-'];
const nameShape = /^[!#$%&'*+.^_`|~\w-]+$/;

function headerNames(names: string) {
  const expected =
    'expected names of headers with commas, none of them of the connection or of the gateway itself';
  const mayPass = (name: string) =>
    nameShape.test(name) && !ours.has(name) && !ourPrefixes.some((prefix) => name.startsWith(prefix));
  return z
    .string()
    .default(names)
    .pipe(commaList().transform((list) => [...new Set(list.map((name) => name.toLowerCase()))]))
    .refine((list) => list.every(mayPass), expected);
}

/** Which headers pass through the gateway. */
export const headersEnvironment = {
  /** To subgraphs: what clients say of themselves. */
  KRONOS_FORWARD_HEADERS: headerNames('accept-language,x-client-name,x-client-version,baggage'),
  /** To clients. `set-cookie` is not among the defaults: load balancers before subgraphs set cookies, too. */
  KRONOS_RESPONSE_HEADERS: headerNames('cache-control'),
};
