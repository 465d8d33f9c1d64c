import { createParser } from 'eventsource-parser';
import type { Client, Json } from '../kit/client.ts';

/** What becomes of a subscription. */
export interface Followed {
  /** `open`, or the code of the error. */
  readonly outcome: string;
  /** The first event that comes. */
  readonly first: Promise<Json>;
  close(): void;
}

/** Subscribes, and says what became of that once it is known. */
export async function follow(caller: Client, document: string): Promise<Followed> {
  const end = new AbortController();
  const response = await fetch(caller.url, {
    method: 'POST',
    signal: end.signal,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(caller.token && { authorization: `Bearer ${caller.token}` }),
    },
    body: JSON.stringify({ query: document }),
  });
  const outcome = Promise.withResolvers<string>();
  const first = Promise.withResolvers<Json>();
  const parser = createParser({
    onEvent({ event, data }) {
      if (event !== 'next' || data === '') return;
      const result = JSON.parse(data);
      outcome.resolve(result.errors?.[0].extensions.code ?? 'open');
      first.resolve(result);
    },
  });
  const read = async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      parser.feed(chunk);
      // The parser tells of events only; a stream that stands begins with its position.
      if (/^id: /m.test(chunk)) outcome.resolve('open');
    }
  };
  // Ended by `close`, when whatever was waited for has come.
  read().catch(() => {});
  return { outcome: await outcome.promise, first: first.promise, close: () => end.abort() };
}
