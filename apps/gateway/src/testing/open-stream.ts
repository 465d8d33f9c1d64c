import { createParser } from 'eventsource-parser';

/** A stream as the bytes come, with the server-sent events that are in them. */
export interface TestStream {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Messages of event `next`, parsed, with their ids. */
  readonly events: { id?: string; result: StreamedResult }[];
  /** Ids of all frames so far, heartbeats included. */
  readonly ids: string[];
  readonly isComplete: boolean;
  readonly isEnded: boolean;
  close(): void;
}

export interface StreamedResult {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
}

/** Posts an operation and reads its answer as it arrives; `accept` decides on the protocol. */
export async function openStream(
  url: string,
  query: string,
  headers: Record<string, string> = {},
  extensions?: Record<string, unknown>,
  variables?: Record<string, unknown>,
): Promise<TestStream> {
  const abort = new AbortController();
  const answer = await fetch(url, {
    method: 'POST',
    signal: abort.signal,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, extensions, variables }),
  });
  return readStream(answer, () => abort.abort());
}

/** Reads a response as it arrives. */
export function readStream(answer: Response, close: () => void): TestStream {
  let text = '';
  let isEnded = false;
  let isComplete = false;
  const events: TestStream['events'] = [];
  const ids: string[] = [];
  const parser = createParser({
    onId: (id) => ids.push(id),
    onEvent({ id, event, data }) {
      if (event === 'complete') isComplete = true;
      if (event === 'next') events.push({ id, result: JSON.parse(data) });
    },
  });
  const decoder = new TextDecoder();
  (async () => {
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      const piece = decoder.decode(chunk, { stream: true });
      text += piece;
      parser.feed(piece);
    }
  })()
    .catch(() => undefined)
    .finally(() => {
      isEnded = true;
    });
  return {
    status: answer.status,
    headers: answer.headers,
    get text() {
      return text;
    },
    events,
    ids,
    get isComplete() {
      return isComplete;
    },
    get isEnded() {
      return isEnded;
    },
    close,
  };
}
