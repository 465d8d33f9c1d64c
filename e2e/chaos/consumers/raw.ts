import { createParser } from 'eventsource-parser';
import { type ConsumerOptions, headersFor, pause, reconnecting } from './consumer.ts';

/** A reader of Apollo's multipart protocol, part by part. */
export const followByMultipart = (options: ConsumerOptions) =>
  reconnecting(options.signal, async () => readMultipart(options, await headersFor(options)));

/**
 * Readers that cannot resume: they begin anew at every connection. They come back when others have gone on, as clients of
 * a busy graph do, so that there is something to lose.
 *
 * @param othersWentOn resolves when something has been committed since it was called
 */
export function withoutResumption(
  protocol: 'sse' | 'multipart',
  othersWentOn: (signal: AbortSignal) => Promise<void>,
) {
  const read = protocol === 'sse' ? readSse : readMultipart;
  return (options: ConsumerOptions) =>
    reconnecting(options.signal, async () => {
      const { 'last-event-id': _cursor, ...headers } = await headersFor(options);
      try {
        await read(options, headers);
      } finally {
        await othersWentOn(options.signal);
      }
    });
}

type Headers = Record<string, string>;

async function readMultipart(options: ConsumerOptions, headers: Headers): Promise<void> {
  const boundary = '--graphql';
  let text = '';
  for await (const chunk of openBody(options, headers, 'multipart/mixed;subscriptionSpec=1.0')) {
    text += chunk;
    for (let end = text.indexOf(boundary); end >= 0; end = text.indexOf(boundary)) {
      const part = text.slice(0, end);
      text = text.slice(end + boundary.length);
      const start = part.indexOf('\r\n\r\n');
      if (start < 0) continue;
      const { payload, errors } = JSON.parse(part.slice(start));
      if (payload || errors) options.inbox.take(payload ?? { errors });
      await options.inbox.handled();
    }
  }
}

async function readSse(options: ConsumerOptions, headers: Headers): Promise<void> {
  const parser = createParser({
    onEvent({ event, data }) {
      if (event === 'next') options.inbox.take(JSON.parse(data));
    },
  });
  for await (const chunk of openBody(options, headers, 'text/event-stream')) parser.feed(chunk);
}

async function* openBody(
  { wire, topic, signal, inbox }: ConsumerOptions,
  headers: Headers,
  accept: string,
): AsyncGenerator<string> {
  const response = await fetch(wire.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify({ query: topic.document }),
    signal,
  });
  if (!response.headers.get('content-type')?.startsWith(accept.split(';')[0]!)) {
    inbox.take(await response.json());
    await pause(100);
    return;
  }
  yield* response.body!.pipeThrough(new TextDecoderStream());
}
