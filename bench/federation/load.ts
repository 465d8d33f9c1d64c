import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { type Dispatcher, Pool } from 'undici';

export interface Load {
  url: string;
  headers: Record<string, string>;
  /** A new body for each request. */
  body(): string;
  /** The form in which a body is sent; as it is when omitted. */
  toSent?(body: string): string;
  connections: number;
  seconds: number;
  /** One answer in so many is kept for comparison; none when omitted. */
  keepEvery?: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** Microseconds. */
  latency: RecordableHistogram;
  bytes: number;
  kept: { body: string; answer: string }[];
}

/**
 * Keeps `connections` requests in flight for some seconds (a closed loop: the next goes out when one is answered).
 *
 * @throws Error at the first answer that is not 200
 */
export async function runLoad({
  url,
  headers,
  body,
  toSent = (text) => text,
  connections,
  seconds,
  keepEvery,
}: Load): Promise<LoadResult> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1, bodyTimeout: 0, headersTimeout: 0 });
  const latency = createHistogram();
  const kept: LoadResult['kept'] = [];
  let requests = 0;
  let bytes = 0;
  let sent = 0;
  const begin = performance.now();
  const end = begin + seconds * 1_000;

  await new Promise<void>((resolve, reject) => {
    let running = connections;
    const send = () => {
      if (performance.now() >= end) {
        running--;
        if (running === 0) resolve();
        return;
      }
      const text = body();
      const chunks: Buffer[] | undefined = keepEvery && sent % keepEvery === 0 ? [] : undefined;
      sent++;
      const start = process.hrtime.bigint();
      let status = 0;
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          bytes += chunk.length;
          chunks?.push(chunk);
        },
        onResponseEnd() {
          if (status !== 200) return reject(new Error(`${url} answered ${status}`));
          latency.record((process.hrtime.bigint() - start) / 1_000n || 1n);
          requests++;
          if (chunks) kept.push({ body: text, answer: Buffer.concat(chunks).toString() });
          send();
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      };
      pool.dispatch({ path: pathname, method: 'POST', headers, body: toSent(text) }, handler);
    };
    for (let i = 0; i < connections; i++) send();
  }).finally(() => pool.destroy());
  return { requests, seconds: (performance.now() - begin) / 1_000, latency, bytes, kept };
}
