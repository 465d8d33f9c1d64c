import { Agent, type Dispatcher } from 'undici';
import type { Headers, RequestHeaders } from './headers.ts';
import { onAbort } from './on-abort.ts';
import { createPlainWire } from './plain/plain-wire.ts';
import { ClientLeft, ExchangeTimeout } from './subgraph-failure.ts';
import { createUndiciWire } from './undici-wire.ts';
import type { HttpAnswer, Wire } from './wire.ts';

export interface HttpClientOptions {
  /** The longest that one exchange may take, in milliseconds; 30 seconds when omitted. */
  timeoutMs?: number;
  /** The largest answer that is read, in bytes; 32 MiB when omitted. */
  maxAnswerBytes?: number;
  /** Connections to one origin for queries and mutations; 128 when omitted. Streams are not counted. */
  connections?: number;
}

/** Pooled HTTP to the subgraphs: short exchanges on one pool per origin, streams beside them without a limit. */
export interface HttpClient {
  /**
   * Sends a JSON body and reads the whole answer. Rejects with undici's errors, ExchangeTimeout, AnswerTooLarge, or with
   * ClientLeft when the signal aborts.
   */
  post(
    url: string,
    headers: RequestHeaders,
    body: string,
    timeoutMs?: number,
    signal?: AbortSignal,
  ): Promise<HttpAnswer>;
  /** Sends a JSON body and hands over the answer's body as it arrives, until `signal` aborts. */
  stream(url: string, headers: Headers, body: string, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** Where a URL leads. */
interface Route {
  wire: Wire;
  path: string;
}

/** Makes a client; its pools open connections when they are first needed. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { timeoutMs = 30_000, maxAnswerBytes = 32 << 20, connections = 128 } = options;
  const connectTimeoutMs = Math.min(5_000, timeoutMs);
  const wires = new Map<string, Wire>();
  const routes = new Map<string, Route>();
  // A stream occupies its connection for hours: on the pool of the queries a hundred of them would starve it.
  const streams = new Agent({
    connections: null,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: 0,
    connectTimeout: 5_000,
  });

  function wireTo({ origin, protocol }: URL): Wire {
    let wire = wires.get(origin);
    if (!wire) {
      const create = protocol === 'http:' ? createPlainWire : createUndiciWire;
      wire = create(origin, { connections, connectTimeoutMs, maxAnswerBytes });
      wires.set(origin, wire);
    }
    return wire;
  }

  /** Subgraphs have few URLs, and each of them for long. */
  function routeTo(url: string): Route {
    let route = routes.get(url);
    if (!route) {
      const parsed = new URL(url);
      route = { wire: wireTo(parsed), path: parsed.pathname + parsed.search };
      routes.set(url, route);
    }
    return route;
  }

  return {
    post(url, headers, body, exchangeTimeoutMs = timeoutMs, signal) {
      return new Promise((resolve, reject) => {
        const { wire, path } = routeTo(url);
        let settle = () => {};
        const giveUp = wire.send({ path, headers, body }, (error, answer) => {
          settle();
          if (answer) resolve(answer);
          else reject(error);
        });
        const timer = setTimeout(() => giveUp(new ExchangeTimeout()), exchangeTimeoutMs);
        const forget = signal && onAbort(signal, () => giveUp(new ClientLeft()));
        settle = () => {
          clearTimeout(timer);
          forget?.();
        };
      });
    },

    stream(url, headers, body, signal) {
      const { origin, pathname, search } = new URL(url);
      return streams.request({ origin, path: pathname + search, method: 'POST', headers, body, signal });
    },

    async close() {
      await Promise.all([streams.destroy(), ...[...wires.values()].map((wire) => wire.close())]);
    },
  };
}
