import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { sseComment, sseMessage } from '@kronos/service';
import { type DocumentNode, execute, parse } from 'graphql';
import { nowUs, quoteEvent } from './quote-event.ts';

// The subgraph that owns the subscription: speaks as packages/subgraph does, and costs next to nothing. An event is
// executed once for each operation that somebody follows it by, and its bytes are the same for all who do.
interface Audience {
  document: DocumentNode;
  responses: Set<ServerResponse>;
}

const heartbeatMs = 10_000;
const typeDefs = parse(readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8'));
const schema = buildSubgraphSchema([{ typeDefs, resolvers: {} }]);
const audiences = new Map<string, Audience>();
let published = 0;

function publish(): void {
  published++;
  const event = quoteEvent(published, nowUs());
  const rootValue = { quoteChanged: event, ownQuoteChanged: event };
  for (const { document, responses } of audiences.values()) {
    if (responses.size === 0) continue;
    const result = { ...execute({ schema, document, rootValue }), extensions: { occurredAt: new Date() } };
    const bytes = Buffer.from(sseMessage({ id: event.cursor, event: 'next', data: JSON.stringify(result) }));
    for (const response of responses) response.write(bytes);
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const query = await readQuery(request);
  if (!request.headers.accept?.includes('text/event-stream')) {
    const result = await execute({ schema, document: parse(query), rootValue: { ready: true } });
    return void response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  }
  let audience = audiences.get(query);
  if (!audience) {
    audience = { document: parse(query), responses: new Set() };
    audiences.set(query, audience);
  }
  const { responses } = audience;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(sseComment + sseMessage({ id: String(published) }));
  responses.add(response);
  response.on('close', () => responses.delete(response));
}

/** Some gateways subscribe by GET. */
async function readQuery(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET') return new URL(request.url!, 'http://source').searchParams.get('query')!;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()).query;
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => response.destroy(error));
});
server.keepAliveTimeout = 0;
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1_024, resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;

setInterval(() => {
  const beat = sseMessage({ id: String(published) });
  for (const { responses } of audiences.values()) for (const response of responses) response.write(beat);
}, heartbeatMs);

process.on('message', (message) => {
  if (message === 'publish') publish();
  if (message === 'published') process.send?.({ published });
  if (message === 'url') process.send?.({ url });
});
