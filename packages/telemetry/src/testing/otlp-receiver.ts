import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ReceivedSpan, readExportRequest } from './received-span.ts';

/** A receiver of traces over OTLP/HTTP with protobuf, such as Jaeger or a collector is. */
export interface OtlpReceiver {
  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` must be. */
  url: string;
  /** Everything that has been received, in that order. */
  spans: readonly ReceivedSpan[];
  /** How often something was sent here. */
  readonly requests: number;
  /**
   * Waits until the spans show what is looked for.
   *
   * @param find gives undefined for as long as it is not there; or throws, as `expect` does
   */
  until<Found>(
    find: (spans: readonly ReceivedSpan[]) => Found | undefined,
    timeoutMs?: number,
  ): Promise<Found>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a receiver on a free port of this machine. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests++;
    if (request.method === 'POST' && request.url === '/v1/traces') {
      spans.push(...readExportRequest(await buffer(request)));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' });
    } else response.writeHead(404);
    response.end();
    for (const look of [...waiting]) look();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    get requests() {
      return requests;
    },
    until: (find, timeoutMs = 15_000) =>
      new Promise((resolve, reject) => {
        let reason: unknown = new Error('the spans did not show it');
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(reason);
        }, timeoutMs);
        function look() {
          try {
            const found = find(spans);
            if (found === undefined) return;
            clearTimeout(timer);
            waiting.delete(look);
            resolve(found);
          } catch (error) {
            reason = error;
          }
        }
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
