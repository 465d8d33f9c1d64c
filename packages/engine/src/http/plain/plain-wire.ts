import {
  type Done,
  keepAliveMs as defaultKeepAliveMs,
  maxKeepAliveMs,
  type Wire,
  type WireOptions,
} from '../wire.ts';
import { ConnectionLost } from './connection-lost.ts';
import { PlainConnection } from './plain-connection.ts';

interface Idle {
  connection: PlainConnection;
  /** By `performance.now()`. */
  until: number;
}

/** A request and what becomes of it. */
interface Exchange {
  head: string;
  body: string;
  bodyBytes: number;
  done: Done;
  /** Undefined while it waits for one. */
  connection?: PlainConnection;
  isOver: boolean;
}

/** A connection is given up before the other side does so: a request that is then on its way would be lost. */
const marginMs = 1_000;

/**
 * Plain HTTP/1.1 on connections that are kept: a request is one write, an answer mostly one read. It costs half of what
 * undici does, which is made for everything that HTTP can be.
 *
 * @param origin of an `http:` URL
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
export function createPlainWire(origin: string, options: WireOptions): Wire {
  const { hostname, port, host } = new URL(origin);
  const connections = new Set<PlainConnection>();
  // The one used last is used first, so that those that are not needed come to the end of their time.
  const idle: Idle[] = [];
  const waiting = new Set<Exchange>();
  let isClosed = false;

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const { connection } of idle.filter(({ until }) => until <= now)) connection.destroy();
  }, marginMs);
  sweep.unref();

  function open(): PlainConnection {
    const connection = new PlainConnection({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 80),
      connectTimeoutMs: options.connectTimeoutMs,
      maxAnswerBytes: options.maxAnswerBytes,
      onFree: free,
      onGone(gone) {
        connections.delete(gone);
        const index = idle.findIndex(({ connection: known }) => known === gone);
        if (index >= 0) idle.splice(index, 1);
        serveNext();
      },
    });
    connections.add(connection);
    return connection;
  }

  function free(connection: PlainConnection, keepAliveMs = defaultKeepAliveMs): void {
    const until = performance.now() + Math.min(keepAliveMs, maxKeepAliveMs) - marginMs;
    idle.push({ connection, until });
    serveNext();
  }

  /** Undefined when as many are open as may be, and all are in use. */
  function take(): PlainConnection | undefined {
    const now = performance.now();
    for (let last = idle.pop(); last; last = idle.pop()) {
      if (last.until > now) return last.connection;
      last.connection.destroy();
    }
    return connections.size < options.connections ? open() : undefined;
  }

  function serveNext(): void {
    const [next] = waiting;
    const connection = next && !isClosed ? take() : undefined;
    if (!connection) return;
    waiting.delete(next!);
    start(next!, connection);
  }

  function start(exchange: Exchange, connection: PlainConnection): void {
    const { head, body, bodyBytes, done } = exchange;
    exchange.connection = connection;
    connection.send(head, body, bodyBytes, (error, answer) => {
      exchange.isOver = true;
      done(error, answer);
    });
  }

  return {
    send({ path, headers, body }, done) {
      const bodyBytes = Buffer.byteLength(body);
      const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${headers.lines}content-length: ${bodyBytes}\r\n\r\n`;
      const exchange: Exchange = { head, body, bodyBytes, done, isOver: false };
      const connection = isClosed ? undefined : take();
      if (connection) start(exchange, connection);
      else waiting.add(exchange);
      return (reason) => {
        if (waiting.delete(exchange)) done(reason);
        else if (!exchange.isOver) exchange.connection?.destroy(reason);
      };
    },
    async close() {
      isClosed = true;
      clearInterval(sweep);
      for (const { done } of waiting) done(new ConnectionLost());
      waiting.clear();
      for (const connection of connections) connection.destroy();
    },
  };
}
