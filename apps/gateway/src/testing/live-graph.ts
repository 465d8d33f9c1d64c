import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose } from '@kronos/engine/testing';

/** A stream that the gateway has opened to the subgraph, which does what a test tells it to. */
export interface Upstream {
  readonly headers: IncomingMessage['headers'];
  readonly variables: Record<string, unknown>;
  /** The cursor after which events are wanted. */
  readonly after: string | undefined;
  readonly isClosed: boolean;
  /** Whether the gateway does not take what is sent. */
  readonly isHeldBack: boolean;
  /** Everything up to this cursor has been considered. */
  position(cursor: string): void;
  /** Sends the message of this id and text; `extensions` stand beside the time. */
  say(cursor: string | undefined, text?: string, extensions?: Record<string, unknown>): void;
  refuse(code: string): void;
  complete(): void;
  /** Breaks the connection. */
  cut(): void;
}

/** A subgraph whose streams a test plays, and one that adds a field to each message. */
export interface LiveGraph extends AsyncDisposable {
  readonly supergraphSdl: string;
  /** Streams in the order in which they were opened. */
  readonly upstreams: Upstream[];
  readonly open: Upstream[];
  /** Requests to the subgraph that adds a field. */
  readonly additions: IncomingMessage['headers'][];
  /** Lets requests to that subgraph wait until the returned function is called. */
  hold(): () => void;
}

const federation = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes", "@composeDirective"])
  @link(url: "https://specs.kronos.dev/shared/v0.1", import: ["@shared"])
  @composeDirective(name: "@shared")
  directive @shared(scope: shared__Scope!) repeatable on FIELD_DEFINITION | OBJECT
  enum shared__Scope { EVERYBODY ROLES VIEWER CREDENTIAL }`;

export const messagesSdl = `${federation}
  type Query { ready: Boolean! }
  type Subscription {
    toEverybody(topic: String): Message! @shared(scope: EVERYBODY)
    toRoles: Message! @shared(scope: ROLES)
    toViewer: Message! @shared(scope: VIEWER)
    toOne: Message!
  }
  type Message @key(fields: "id") {
    id: ID! @shared(scope: EVERYBODY)
    text: String! @shared(scope: EVERYBODY)
    forRoles: String @shared(scope: EVERYBODY) @requiresScopes(scopes: [["messages:read"]])
    isMine: Boolean
  }`;

export const additionsSdl = `${federation}
  type Message @key(fields: "id") { id: ID! @shared(scope: EVERYBODY) length: Int! @shared(scope: EVERYBODY) }`;

export async function startLiveGraph(): Promise<LiveGraph> {
  const upstreams: Upstream[] = [];
  const additions: IncomingMessage['headers'][] = [];
  let held: Promise<void> | undefined;

  const messages = createServer(async (request, response) => {
    const { query, variables = {} } = await readOperation(request);
    if (!request.headers.accept?.includes('text/event-stream')) {
      return void response.setHeader('content-type', 'application/json').end('{"data":{"ready":true}}');
    }
    upstreams.push(playUpstream(request, response, variables, /\b(to[A-Z]\w+)/.exec(query)![1]!));
  });
  const adding = createServer(async (request, response) => {
    const { variables } = await readOperation(request);
    additions.push(request.headers);
    await held;
    const { representations } = variables as { representations: { id: string }[] };
    const _entities = representations.map(({ id }) => ({ __typename: 'Message', length: id.length }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { _entities } }));
  });
  const servers = [messages, adding];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const urlOf = (server: typeof messages) =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;

  return {
    supergraphSdl: compose({
      messages: { sdl: messagesSdl, url: urlOf(messages) },
      additions: { sdl: additionsSdl, url: urlOf(adding) },
    }),
    upstreams,
    get open() {
      return upstreams.filter(({ isClosed }) => !isClosed);
    },
    additions,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

function playUpstream(
  request: IncomingMessage,
  response: ServerResponse,
  variables: Record<string, unknown>,
  field: string,
): Upstream {
  let isClosed = false;
  response.on('close', () => {
    isClosed = true;
  });
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  const write = (cursor: string | undefined, result: unknown) =>
    response.write(
      `${cursor === undefined ? '' : `id: ${cursor}\n`}event: next\ndata: ${JSON.stringify(result)}\n\n`,
    );
  const complete = () => response.end('event: complete\ndata:\n\n');
  return {
    headers: request.headers,
    variables,
    after: request.headers['last-event-id'] as string | undefined,
    get isClosed() {
      return isClosed;
    },
    get isHeldBack() {
      return response.writableNeedDrain;
    },
    position: (cursor) => response.write(`id: ${cursor}\n\n`),
    say(cursor, text = `message ${cursor}`, more = {}) {
      const message = { __typename: 'Message', id: String(cursor), text, forRoles: text, isMine: true };
      const extensions = { occurredAt: new Date().toISOString(), ...more };
      write(cursor, { data: { [field]: message }, extensions });
    },
    refuse(code) {
      write(undefined, { errors: [{ message: code, extensions: { code } }] });
      complete();
    },
    complete,
    cut: () => response.destroy(),
  };
}

async function readOperation(request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as {
    query: string;
    variables?: Record<string, unknown>;
  };
}
