import fc, { type Arbitrary } from 'fast-check';
import type { GraphQLSchema } from 'graphql';
import { rawPost } from '../kit/raw.ts';
import { createDice } from './dice.ts';
import { generateOperation } from './generate-operation.ts';
import { spoilBytes, spoilDocument } from './spoil.ts';
import type { KnownIds } from './values.ts';

/** Something that is sent: a request that is HTTP, or bytes that may be. */
export type FuzzAttempt =
  | { kind: string; method: string; path: string; headers: string[]; body?: string | Uint8Array }
  | { kind: string; bytes: Uint8Array };

export interface AttemptOptions {
  schema: GraphQLSchema;
  ids: KnownIds;
  /** Access tokens of those who send. */
  tokens: readonly string[];
}

const seeds = fc.nat(2 ** 31 - 1);
const accepts = [
  ...[
    'application/json',
    'application/graphql-response+json',
    '*/*',
    'text/event-stream',
    'text/html',
    'image/png',
    '',
  ],
  ...[
    'multipart/mixed;deferSpec=20220824, application/json',
    'multipart/mixed;subscriptionSpec=1.0, application/json',
  ],
];

/** What is sent, of every kind. */
export function attempts({ schema, ids, tokens }: AttemptOptions): Arbitrary<FuzzAttempt> {
  // Mostly somebody, and somebody who can read the answer: otherwise most of what is sent would be refused at the door.
  const authorizations = [
    ...Array.from({ length: 4 }, () => [undefined, ...tokens.map((token) => `Bearer ${token}`)]).flat(),
    ...['Bearer a.b.c', 'Basic YTpi'],
  ];
  const sender = fc.record({
    authorization: fc.noBias(fc.constantFrom(...authorizations)),
    accept: fc.noBias(fc.constantFrom(...Array.from({ length: 20 }, () => 'application/json'), ...accepts)),
  });
  const headersOf = ({ authorization, accept }: { authorization?: string; accept: string }) => [
    ...['content-type', 'application/json'],
    ...(accept ? ['accept', accept] : []),
    ...(authorization ? ['authorization', authorization] : []),
  ];
  const post = (kind: string, from: Parameters<typeof headersOf>[0], body: string | Uint8Array) => ({
    kind,
    method: 'POST',
    path: '/graphql',
    headers: headersOf(from),
    body,
  });
  const operationOf = (seed: number) => generateOperation(createDice(seed), schema, ids);

  const valid = fc
    .tuple(sender, seeds)
    .map(([from, seed]) => post('valid', from, JSON.stringify(operationOf(seed))));

  const spoilt = fc.tuple(sender, seeds, seeds).map(([from, seed, spoiling]) => {
    const { query, variables } = operationOf(seed);
    const document = spoilDocument(createDice(spoiling), query);
    return post('nearly valid', from, JSON.stringify({ query: document, variables }));
  });

  const byGet = fc.tuple(sender, seeds, fc.boolean()).map(([from, seed, isAsked]) => {
    const { query, variables } = operationOf(seed);
    const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    const headers = [...headersOf(from).slice(2), ...(isAsked ? ['apollo-require-preflight', '1'] : [])];
    return { kind: 'by GET', method: 'GET', path: `/graphql?${search}`, headers };
  });

  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const json = fc.jsonValue({ maxDepth: 4 });
  const envelope = fc
    .tuple(
      sender,
      fc.record(
        {
          query: fc.oneof(
            text,
            json,
            fc.constant('{ __typename }'),
            seeds.map((seed) => operationOf(seed).query),
          ),
          variables: fc.oneof(json, fc.dictionary(text, json)),
          operationName: fc.oneof(text, json),
          extensions: fc.oneof(
            json,
            fc.record({ persistedQuery: fc.record({ version: json, sha256Hash: fc.oneof(text, json) }) }),
            fc.record({ lastEventId: fc.oneof(text, json), operationId: fc.oneof(text, json) }),
          ),
          documentId: fc.oneof(text, json),
          id: json,
        },
        { requiredKeys: [] },
      ),
    )
    .map(([from, body]) => post('envelope', from, JSON.stringify(body)));

  const anyJson = fc.tuple(sender, json).map(([from, body]) => post('JSON', from, JSON.stringify(body)));
  const anyBytes = fc
    .tuple(sender, fc.uint8Array({ maxLength: 200 }))
    .map(([from, body]) => post('bytes in a body', from, body));

  const spoiltBody = fc.tuple(sender, seeds, seeds).map(([from, seed, spoiling]) => {
    const bytes = Buffer.from(JSON.stringify(operationOf(seed)));
    return post('spoilt body', from, spoilBytes(createDice(spoiling), bytes));
  });

  const headerText = fc.oneof(
    fc.string({ maxLength: 30 }).map((value) => value.replace(/[^\x20-\x7e]/g, '')),
    fc.constantFrom(...['', '*', 'null', '-1', ',', ';', '"', 'a'.repeat(2_000), ...accepts]),
  );
  const headerName = fc.constantFrom(
    ...[
      'accept',
      'accept-encoding',
      'accept-language',
      'authorization',
      'baggage',
      'cache-control',
      'content-type',
    ],
    ...[
      'cookie',
      'forwarded',
      'if-none-match',
      'last-event-id',
      'origin',
      'range',
      'referer',
      'sec-fetch-site',
    ],
    ...[
      'traceparent',
      'tracestate',
      'user-agent',
      'x-client-name',
      'x-client-version',
      'x-forwarded-for',
      'x-request-id',
    ],
    ...[
      'x-kronos-client-key',
      'x-kronos-client-address',
      'x-graphql-event-stream-token',
      'apollo-require-preflight',
    ],
    ...[
      'access-control-request-method',
      'access-control-request-headers',
      'x-http-method-override',
      'content-encoding',
    ],
  );
  const pathPart = fc.oneof(
    fc.constantFrom(
      ...[
        'graphql',
        'health',
        'ready',
        'explorer',
        'openapi.json',
        'events',
        'login',
        'signup',
        '',
        '.',
        '..',
        '%2e%2e',
      ],
      ...[
        '%00',
        '%ff',
        '%',
        '*',
        '__proto__',
        'index.html',
        'graphql%2f',
        '~',
        ';',
        'events;a=b',
        'edge-rules',
        '.git',
      ],
    ),
    fc.string({ maxLength: 12 }).map(encodeURIComponent),
  );
  const path = fc
    .tuple(
      fc.array(pathPart, { maxLength: 4 }),
      fc.option(fc.oneof(fc.webQueryParameters(), fc.string({ maxLength: 20 }).map(encodeURIComponent))),
    )
    .map(([parts, search]) => `/${parts.join('/')}${search === null ? '' : `?${search}`}`);
  const method = fc.constantFrom(
    ...[
      'GET',
      'GET',
      'POST',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'QUERY',
      'PROPFIND',
      'LOCK',
    ],
  );
  const http = fc
    .record({
      method,
      path: fc.oneof(path, fc.constant('/graphql')),
      headers: fc
        .uniqueArray(fc.tuple(headerName, headerText), { maxLength: 5, selector: ([name]) => name })
        .map((pairs) => pairs.flat()),
      body: fc.option(
        fc.oneof(
          text,
          json.map((value) => JSON.stringify(value)),
          fc.constant('{"query":"{ __typename }"}'),
        ),
      ),
    })
    .map(({ body, ...rest }) => ({ kind: 'HTTP', ...rest, ...(body !== null && { body }) }));

  const raw = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(sender, seeds, seeds).map(([from, seed, spoiling]) => {
      const headers = headersOf(from).slice(2);
      const pairs = Array.from({ length: headers.length / 2 }, (_, index) =>
        headers.slice(2 * index, 2 * index + 2),
      );
      const bytes = Buffer.from(rawPost({ ...operationOf(seed) }, pairs as [string, string][]));
      return spoilBytes(createDice(spoiling), bytes);
    }),
  );

  return fc.oneof(
    { weight: 35, arbitrary: valid },
    { weight: 20, arbitrary: spoilt },
    { weight: 5, arbitrary: byGet },
    { weight: 10, arbitrary: envelope },
    { weight: 2, arbitrary: anyJson },
    { weight: 2, arbitrary: anyBytes },
    { weight: 8, arbitrary: spoiltBody },
    { weight: 12, arbitrary: http },
    { weight: 6, arbitrary: raw.map((bytes) => ({ kind: 'raw bytes', bytes })) },
  );
}
