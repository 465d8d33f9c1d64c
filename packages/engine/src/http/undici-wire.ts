import { type Dispatcher, Pool } from 'undici';
import { AnswerTooLarge } from './subgraph-failure.ts';
import { type Done, keepAliveMs, maxKeepAliveMs, type Wire, type WireOptions } from './wire.ts';

/** HTTP by undici: what is not plain HTTP, TLS above all. */
export function createUndiciWire(origin: string, options: WireOptions): Wire {
  const pool = new Pool(origin, {
    connections: options.connections,
    pipelining: 1,
    connectTimeout: options.connectTimeoutMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: maxKeepAliveMs,
  });

  return {
    send({ path, headers, body }, done) {
      let controller: Dispatcher.DispatchController | undefined;
      let given: Error | undefined;
      const handler = collectAnswer(options.maxAnswerBytes, done);
      pool.dispatch(
        { path, method: 'POST', headers: headers.values, body },
        {
          ...handler,
          onRequestStart(started) {
            controller = started;
            if (given) started.abort(given);
          },
        },
      );
      return (reason) => {
        given ??= reason;
        controller?.abort(given);
      };
    },
    close: () => pool.destroy(),
  };
}

/** The smallest possible reader of an answer: no streams, no web classes, one string at the end. */
function collectAnswer(maxBytes: number, done: Done): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let size = 0;
  let status = 0;
  let headers: Record<string, string | string[] | undefined> = {};
  return {
    onRequestStart() {},
    onResponseStart(_controller, statusCode, responseHeaders) {
      status = statusCode;
      headers = responseHeaders;
    },
    onResponseData(controller, chunk) {
      size += chunk.length;
      if (size > maxBytes) controller.abort(new AnswerTooLarge(maxBytes));
      else chunks.push(chunk);
    },
    onResponseEnd() {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      done(null, { status, headers, text: body.toString('utf8') });
    },
    onResponseError(_controller, error) {
      done(error);
    },
  };
}
