import { Agent, type Dispatcher, Pool } from 'undici';
import { collectAnswer, type HttpAnswer } from './collect-answer.ts';
import { onAbort } from './on-abort.ts';
import { ClientLeft, ExchangeTimeout } from './subgraph-failure.ts';

export type Headers = Record<string, string>;

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
    headers: Headers,
    body: string,
    timeoutMs?: number,
    signal?: AbortSignal,
  ): Promise<HttpAnswer>;
  /** Sends a JSON body and hands over the answer's body as it arrives, until `signal` aborts. */
  stream(url: string, headers: Headers, body: string, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** Makes a client; its pools open connections when they are first needed. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { timeoutMs = 30_000, maxAnswerBytes = 32 << 20, connections = 128 } = options;
  const pools = new Map<string, Pool>();
  // A stream occupies its connection for hours: on the pool of the queries a hundred of them would starve it.
  const streams = new Agent({
    connections: null,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: 0,
    connectTimeout: 5_000,
  });

  function poolOf(origin: string): Pool {
    const known = pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      connectTimeout: Math.min(5_000, timeoutMs),
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
      keepAliveMaxTimeout: 60_000,
    });
    pools.set(origin, pool);
    return pool;
  }

  return {
    post(url, headers, body, exchangeTimeoutMs = timeoutMs, signal) {
      const { origin, pathname, search } = new URL(url);
      return new Promise((resolve, reject) => {
        const handler = collectAnswer(maxAnswerBytes, resolve, reject);
        let controller: Dispatcher.DispatchController | undefined;
        let given: Error | undefined;
        const giveUp = (reason: Error) => {
          given ??= reason;
          controller?.abort(given);
          settled();
          reject(given);
        };
        const timer = setTimeout(() => giveUp(new ExchangeTimeout()), exchangeTimeoutMs);
        const forget = signal && onAbort(signal, () => giveUp(new ClientLeft()));
        const settled = () => {
          clearTimeout(timer);
          forget?.();
        };
        poolOf(origin).dispatch(
          { path: pathname + search, method: 'POST', headers, body },
          {
            ...handler,
            onRequestStart(started) {
              controller = started;
              if (given) started.abort(given);
            },
            onResponseEnd(ended, trailers) {
              settled();
              handler.onResponseEnd!(ended, trailers);
            },
            onResponseError(failed, error) {
              settled();
              handler.onResponseError!(failed, error);
            },
          },
        );
      });
    },

    stream(url, headers, body, signal) {
      const { origin, pathname, search } = new URL(url);
      return streams.request({ origin, path: pathname + search, method: 'POST', headers, body, signal });
    },

    async close() {
      await Promise.all([streams.destroy(), ...[...pools.values()].map((pool) => pool.destroy())]);
    },
  };
}
