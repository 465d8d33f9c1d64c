/** One part of a response, parsed. */
export interface ReceivedPart {
  data?: unknown;
  errors?: ReceivedError[];
  incremental?: {
    data: unknown;
    path: (string | number)[];
    label?: string;
    errors?: ReceivedError[];
  }[];
  hasNext?: boolean;
}

interface ReceivedError {
  message: string;
  path?: (string | number)[];
  extensions: Record<string, unknown>;
}

/** A response whose parts are read as they come. */
export interface ReceivedParts {
  status: number;
  headers: Headers;
  /** Resolves with the next part; with undefined after the last. */
  next(): Promise<ReceivedPart | undefined>;
  /** Every part that is still to come. */
  rest(): Promise<ReceivedPart[]>;
  /** Goes away, as a client does. */
  leave(): void;
}

export const acceptParts = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json;q=0.9';

/** Posts an operation as a client that takes deferred parts. */
export async function postForParts(
  url: string,
  query: string,
  { variables, headers }: { variables?: Record<string, unknown>; headers?: Record<string, string> } = {},
): Promise<ReceivedParts> {
  const abort = new AbortController();
  const answer = await fetch(url, {
    method: 'POST',
    signal: abort.signal,
    headers: { 'content-type': 'application/json', accept: acceptParts, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const parts = readParts(answer);
  const next = async () => (await parts.next()).value ?? undefined;
  return {
    status: answer.status,
    headers: answer.headers,
    next,
    async rest() {
      const all: ReceivedPart[] = [];
      for (let part = await next(); part; part = await next()) all.push(part);
      return all;
    },
    leave: () => abort.abort(),
  };
}

/** Reads a part when its boundary is there, as Apollo Client does; a document that is none is one part. */
async function* readParts(answer: Response): AsyncGenerator<ReceivedPart, void> {
  if (!answer.headers.get('content-type')?.startsWith('multipart/mixed')) {
    yield (await answer.json()) as ReceivedPart;
    return;
  }
  const boundary = '\r\n---';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf(boundary); end >= 0; end = text.indexOf(boundary)) {
      const [head = '', body] = text.slice(0, end).split('\r\n\r\n');
      text = text.slice(end + boundary.length);
      if (body === undefined) continue;
      if (!head.includes('application/json')) throw new Error(`A part without its type: ${head}`);
      yield JSON.parse(body);
    }
  }
  if (text !== '--\r\n') throw new Error(`The response ends with ${JSON.stringify(text)}.`);
}
