import type { GraphQLFormattedError } from 'graphql';
import type { BackOff } from './back-off.ts';
import type { Credentials } from './credentials.ts';
import type { CursorStore } from './cursor-store.ts';
import { failureOf, Interruption } from './errors.ts';
import { openStream, type StreamRequest } from './open-stream.ts';
import { loadPosition, type Position } from './position.ts';
import { type Message, readMessages } from './read-messages.ts';
import { createRecovery, type Recovery, type Retry } from './recovery.ts';

/** One event of a subscription. */
export interface KronosEvent<Data> {
  /** Resumes after this event; undefined when the graph gives none. */
  readonly cursor: string | undefined;
  readonly data: Data;
  /** What could not be resolved in this event; it is null in `data`. */
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Record<string, unknown>;
}

/** What a subscription tells of its connections. It is for logs: nothing need be done. */
export interface ConnectionListeners {
  /** The subscription stands after `cursor`, at first and after each retry: what happens from here on is not missed. */
  onOpen?(cursor: string | undefined): void;
  /** The connection was lost, or refused for now, and is opened again after `delayMs`. */
  onRetry?(retry: Retry): void;
}

export interface FollowOptions
  extends Pick<StreamRequest, 'url' | 'operation' | 'silenceMs' | 'fetch'>,
    ConnectionListeners {
  /** Beside those of the protocol; asked for at every connection. */
  headers(): Promise<Record<string, string>>;
  credentials: Credentials;
  from: string | undefined;
  cursor: CursorStore | undefined;
  signal: AbortSignal;
  backOff: BackOff;
  maxEventSize: number;
}

/**
 * Follows a subscription over as many connections as it takes. An event counts as handled when the next one is asked for:
 * only then its cursor is saved, and only then more is read.
 *
 * Ends without an error when the subscription completes or the signal aborts.
 *
 * @throws KronosError when the graph refuses for good; what the caller's own functions throw
 */
export async function* follow<Data>(options: FollowOptions): AsyncGenerator<KronosEvent<Data>, void> {
  const { credentials, backOff, signal, onRetry } = options;
  const position = await loadPosition(options.cursor, options.from);
  const recovery = createRecovery({ credentials, backOff, signal, onRetry });

  while (!signal.aborted) {
    const token = await credentials.current();
    const beganAt = performance.now();
    try {
      yield* followConnection<Data>(options, token, position, recovery);
      return;
    } catch (error) {
      if (signal.aborted) return;
      await recovery.recover(error, token, performance.now() - beganAt);
    }
  }
}

/** @throws Interruption when the connection ends before the subscription does */
async function* followConnection<Data>(
  options: FollowOptions,
  token: string | undefined,
  position: Position,
  recovery: Recovery,
): AsyncGenerator<KronosEvent<Data>, void> {
  const { signal, maxEventSize } = options;
  const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  const headers = { ...(await options.headers()), ...authorization };
  const connection = new AbortController();
  const stop = () => connection.abort(signal.reason);
  signal.addEventListener('abort', stop);
  let hasOpened = false;

  try {
    if (signal.aborted) return;
    const readChunk = await openStream({ ...options, headers, after: position.cursor, connection });
    for await (const message of readMessages(readChunk, maxEventSize)) {
      if (message.kind === 'complete') return;
      if (message.kind === 'delay') {
        recovery.askForDelay(message.milliseconds);
        continue;
      }
      if (message.kind === 'event') assertNoRefusal(message);
      if (!hasOpened) options.onOpen?.(message.kind === 'position' ? message.cursor : position.cursor);
      hasOpened = true;
      recovery.stands();
      if (message.kind === 'event') yield toEvent<Data>(message);
      await position.advance(message.cursor);
      if (signal.aborted) return;
    }
    throw new Interruption('The connection was closed.');
  } finally {
    signal.removeEventListener('abort', stop);
    connection.abort();
  }
}

/** Errors without data are no event: the operation itself has failed. */
function assertNoRefusal({ cursor, result }: Extract<Message, { kind: 'event' }>): void {
  const { data, errors = [] } = result;
  const isEvent = data === null ? cursor !== undefined : data !== undefined;
  if (errors.length > 0 && !isEvent) throw failureOf(errors);
}

function toEvent<Data>({ cursor, result }: Extract<Message, { kind: 'event' }>): KronosEvent<Data> {
  const { data, errors, extensions } = result;
  // The caller says what the document gives; nobody checks an answer against its schema.
  return { cursor, data: data as Data, ...(errors && { errors }), ...(extensions && { extensions }) };
}
