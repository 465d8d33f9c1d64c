import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to a scripted server, and what can be done to it. */
export interface Exchange {
  readonly headers: IncomingHttpHeaders;
  readonly operation: {
    query: string;
    variables?: Record<string, unknown>;
    extensions?: { lastEventId?: string };
  };
  /** Answers with a status, as JSON unless a text is given. */
  refuse(status: number, body?: unknown, headers?: Record<string, string>): void;
  /** Writes bytes of an event stream as they are; false when the client does not take them. */
  send(text: string): boolean;
  position(cursor: string): void;
  event(cursor: string | undefined, result: unknown): boolean;
  complete(): void;
  /** Ends the response without `complete`, as a gateway that shuts down does. */
  end(): void;
  /** Closes the connection in the middle of whatever it is at. */
  cut(): void;
  /** Resolves when the client takes bytes again. */
  drained(): Promise<unknown>;
  /** Resolves when the exchange is over, whoever ended it. */
  readonly closed: Promise<unknown>;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly exchanges: Exchange[];
}

/**
 * A server that does exactly what a test says: the nth request is answered by the nth script, and those after the last by
 * the last.
 *
 * @param port a free one when omitted
 */
export async function startScriptedServer(
  scripts: readonly ((exchange: Exchange) => unknown)[],
  port = 0,
): Promise<ScriptedServer> {
  const exchanges: Exchange[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const send = (bytes: string) => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
      return response.write(bytes);
    };
    const exchange: Exchange = {
      headers: request.headers,
      operation: JSON.parse(text),
      refuse(status, body = {}, headers = {}) {
        const isText = typeof body === 'string';
        response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
        response.end(isText ? body : JSON.stringify(body));
      },
      send,
      position: (cursor) => void send(`id: ${cursor}\n\n`),
      event: (cursor, result) =>
        send(`${cursor ? `id: ${cursor}\n` : ''}event: next\ndata: ${JSON.stringify(result)}\n\n`),
      complete() {
        send('event: complete\ndata:\n\n');
        response.end();
      },
      end: () => void response.end(),
      cut: () => void request.socket.destroy(),
      drained: () => once(response, 'drain'),
      closed: once(response, 'close'),
    };
    exchanges.push(exchange);
    scripts[Math.min(exchanges.length, scripts.length) - 1]?.(exchange);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    exchanges,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A GraphQL result with one number, and the events that carry it. */
export const tick = (number: number) => ({ data: { tick: number } });

/** Sends events whose cursor is their number. */
export function ticks(exchange: Exchange, ...numbers: number[]): void {
  for (const number of numbers) exchange.event(String(number), tick(number));
}

/** Errors as the graph words them. */
export const refusal = (code: string, extensions: Record<string, unknown> = {}) => ({
  errors: [{ message: `It is ${code}.`, extensions: { code, ...extensions } }],
});

/** Everything that an iterator gives, once it has come to its end. */
export async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}
