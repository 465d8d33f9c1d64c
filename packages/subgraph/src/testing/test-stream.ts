import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { FormattedExecutionResult } from 'graphql';

/** One answer of a subscription. */
// biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it has asked for.
export type TestMessage = FormattedExecutionResult<any> & { cursor?: string };

/** A subscription as its receiver sees it. */
export interface TestStream extends AsyncIterableIterator<TestMessage, undefined>, AsyncDisposable {
  /** The last id received, by a message or a heartbeat. */
  readonly lastEventId: string;
  /** How it ended: with `complete`, or cut; null while it runs. */
  readonly ending: 'complete' | 'cut' | null;
}

export async function openTestStream(
  url: string,
  body: object,
  headers: Record<string, string>,
  after?: string,
): Promise<TestStream> {
  const abort = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(after !== undefined && { 'last-event-id': after }),
    },
    body: JSON.stringify(body),
    signal: abort.signal,
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    throw new Error(`Not a stream: ${response.status} ${await response.text()}`);
  throw new Error(String(createParser) + ({} as EventSourceMessage));
}
