import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { EventFeed } from './event-feed.ts';

type SubgraphModule = Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number];
type Resolvers = Extract<SubgraphModule, { resolvers?: unknown }>['resolvers'];

export interface TestSubgraphOptions {
  sdl: string;
  resolvers: Resolvers;
  /** The feed behind each root field of Subscription. */
  feeds?: Record<string, EventFeed>;
  heartbeatMs?: number;
}

/** A subgraph that owes nothing to Kronos: graphql-js on node:http, JSON and SSE with ids. */
export interface TestSubgraph {
  readonly url: string;
  /** Headers of the requests so far, newest last. */
  readonly requests: IncomingMessage['headers'][];
  readonly streams: number;
  /** Instead of serving: says nothing, hangs up on the next request alone, or answers with a status and a text. */
  behave(as: 'well' | 'silent' | 'hang up once' | { status: number; body: string }): void;
  /** Cuts every connection and stops listening, as `kill -9` would. */
  kill(): Promise<void>;
  /** Listens again on the same port. */
  revive(): Promise<void>;
}

interface Operation {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

export async function startTestSubgraph(options: TestSubgraphOptions): Promise<TestSubgraph> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(options.sdl), resolvers: options.resolvers }]);
  const requests: IncomingMessage['headers'][] = [];
  let behaviour: Parameters<TestSubgraph['behave']>[0] = 'well';
  let streams = 0;
  let server: Server;
  let port = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(request.headers);
    const operation: Operation = JSON.parse(await readText(request));
    if (behaviour === 'silent') return;
    if (behaviour === 'hang up once') {
      behaviour = 'well';
      request.socket.destroy();
      return;
    }
    if (behaviour !== 'well') {
      response.writeHead(behaviour.status, { 'content-type': 'application/json' }).end(behaviour.body);
      return;
    }
    if (request.headers.accept?.includes('text/event-stream')) return stream(operation, request, response);
    const result = await run(schema, operation, { headers: request.headers });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  }

  async function stream(operation: Operation, request: IncomingMessage, response: ServerResponse) {
    const after = request.headers['last-event-id'];
    const [field, feed] =
      Object.entries(options.feeds ?? {}).find(([name]) => operation.query.includes(name)) ?? [];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const fail = (message: string, code: string) => {
      const errors = [{ message, extensions: { code } }];
      response.end(`event: next\ndata: ${JSON.stringify({ errors })}\n\nevent: complete\ndata:\n\n`);
    };
    if (!feed || !field) return fail('no such subscription', 'BAD_USER_INPUT');
    if (after === 'expired') return fail('older than what is kept', 'SUBSCRIPTION_CURSOR_EXPIRED');
    const closed = new AbortController();
    streams++;
    let position = after === undefined ? feed.position : Number(after);
    const heartbeat = () => response.write(`id: ${position}\n\n`);
    const timer = setInterval(heartbeat, options.heartbeatMs ?? 200);
    response.on('close', () => {
      clearInterval(timer);
      streams--;
      closed.abort();
    });
    heartbeat();
    for await (const event of feed.read(position, closed.signal)) {
      const result = await run(schema, operation, { headers: request.headers }, { [field]: event.payload });
      position = event.position;
      response.write(`id: ${position}\nevent: next\ndata: ${JSON.stringify(result)}\n\n`);
      if (event.payload.isLast) response.end('event: complete\ndata:\n\n');
    }
  }

  async function listen(): Promise<void> {
    server = createServer((request, response) => {
      answer(request, response).catch((error: Error) => response.writeHead(400).end(error.message));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  await listen();
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    get streams() {
      return streams;
    },
    behave(as) {
      behaviour = as;
    },
    async kill() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    revive: listen,
  };
}

async function run(schema: GraphQLSchema, operation: Operation, contextValue: unknown, rootValue?: unknown) {
  const document = parse(operation.query);
  const faults = validate(schema, document);
  if (faults.length > 0) return { errors: faults.map(coded) };
  const { variables: variableValues, operationName } = operation;
  return execute({ schema, document, variableValues, operationName, contextValue, rootValue });
}

function coded(fault: GraphQLError) {
  return new GraphQLError(fault.message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
