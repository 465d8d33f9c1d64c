import type { GraphQLFormattedError } from 'graphql';
import { failureOf, Interruption, KronosError } from './errors.ts';

export interface StreamRequest {
  url: string;
  headers: Record<string, string>;
  /** The operation as GraphQL over HTTP has it. */
  operation: Record<string, unknown>;
  /** The cursor after which events are wanted; from now on when omitted. */
  after: string | undefined;
  /** Ends the exchange; aborted with an Interruption when the graph says nothing for `silenceMs`. */
  connection: AbortController;
  silenceMs: number;
  fetch: typeof fetch;
}

/** Gives the next bytes, undefined at the orderly end of the response. */
export type ReadChunk = () => Promise<Uint8Array | undefined>;

/** Enough for any error; the rest is not read. */
const maxRefusalBytes = 1 << 20;
const passingStatuses = new Set([408, 425, 429]);

/**
 * Opens a stream of events.
 *
 * @throws KronosError when the graph refuses, Interruption when it is worth trying again, TypeError for a request that
 *   cannot be made
 */
export async function openStream(options: StreamRequest): Promise<ReadChunk> {
  const { operation, after, connection } = options;
  const headers = {
    ...options.headers,
    accept: 'text/event-stream',
    'content-type': 'application/json',
    ...(after !== undefined && { 'last-event-id': after }),
  };
  const body = JSON.stringify({
    ...operation,
    // Said twice: a proxy that drops the header would lose events without a word.
    ...(after !== undefined && { extensions: { lastEventId: after } }),
  });
  // Made apart from being sent, so that a mistake in it is not taken for a lost connection.
  const request = new Request(options.url, { method: 'POST', headers, body, signal: connection.signal });
  const response = await exchange(options, () => options.fetch(request));
  const reader = response.body?.getReader();
  const readChunk: ReadChunk = async () => (await exchange(options, async () => reader?.read()))?.value;
  const contentType = response.headers.get('content-type') ?? '';
  if (response.ok && contentType.startsWith('text/event-stream')) return readChunk;
  throw refusalOf(response, await readSome(readChunk));
}

/** Waits for the other side, but not beyond its silence; whatever goes wrong on the way is an Interruption. */
async function exchange<Value>(
  { connection, silenceMs, url }: StreamRequest,
  step: () => Promise<Value>,
): Promise<Value> {
  const timer = setTimeout(() => {
    connection.abort(new Interruption(`${url} has said nothing for ${silenceMs / 1_000} seconds.`));
  }, silenceMs);
  try {
    return await step();
  } catch (error) {
    const { signal } = connection;
    if (signal.reason instanceof Interruption) throw signal.reason;
    throw new Interruption(`The connection to ${url} failed: ${describe(error)}.`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Node says "fetch failed" and hides why. */
function describe(error: unknown): string {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? (cause?.message || (error as Error).message);
}

async function readSome(readChunk: ReadChunk): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (let chunk = await readChunk(); chunk && text.length < maxRefusalBytes; chunk = await readChunk())
    text += decoder.decode(chunk, { stream: true });
  return text;
}

function refusalOf({ status, headers, url }: Response, text: string): KronosError | Interruption {
  const errors = parseErrors(text);
  const failure = errors && failureOf(errors);
  if (failure instanceof KronosError) return failure;
  const retryAfterMs = parseRetryAfter(headers.get('retry-after')) ?? failure?.retryAfterMs;
  if (failure) return new Interruption(failure.message, { retryAfterMs });
  if (status >= 500 || passingStatuses.has(status))
    return new Interruption(`${url} has answered with status ${status}.`, { retryAfterMs });
  const code = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' }[status] ?? 'NOT_A_STREAM';
  return new KronosError(`${url} has answered with status ${status} instead of a stream of events.`, code);
}

function parseErrors(text: string): GraphQLFormattedError[] | undefined {
  try {
    const { errors } = JSON.parse(text);
    return Array.isArray(errors) && errors.length > 0 ? errors : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds. @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function parseRetryAfter(value: string | null): number | undefined {
  if (!value) return undefined;
  const seconds = Number(value);
  if (seconds >= 0) return seconds * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
