import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import { failedExchange } from '../http/subgraph-failure.ts';
import { type BackOff, backOff } from './back-off.ts';
import { connectUpstream, UpstreamRefusal, type UpstreamRequest } from './connect-upstream.ts';
import { readEventStream, type UpstreamMessage } from './read-event-stream.ts';

export interface FollowOptions extends Omit<UpstreamRequest, 'context'> {
  /**
   * A fresh context for every connection, because its credentials may be renewed meanwhile, and for every event.
   *
   * @param event the `extensions` of an event's message; undefined for a connection
   */
  createContext(event?: Record<string, unknown>): Record<string, unknown>;
  limits: UpstreamLimits;
  onReconnect?(attempt: number, error: unknown): void;
}

export interface UpstreamLimits {
  backOff: BackOff;
  /** How long a first connection is tried for, in milliseconds: somebody waits for the answer. */
  openingMs: number;
  /** How long a lost connection is tried to be replaced, in milliseconds. */
  lostMs: number;
  silenceMs: number;
  maxEventBytes: number;
}

/** A connection that lived this long counts as a working one. */
const stableAfterMs = 1_000;

/**
 * Follows the owning subgraph's stream for as long as the signal lets it. A lost connection is replaced by one that goes
 * on after the last position, so that a killed subgraph is healed without the reader noticing more than a pause.
 *
 * Ends when the subgraph completes; the last message of a refused or failed subscription has errors and no data.
 */
export async function* followUpstream(options: FollowOptions): AsyncGenerator<UpstreamMessage, void> {
  const { signal, limits, planned } = options;
  let after = options.after;
  let attempt = 0;
  let isEstablished = false;
  let unavailableSince = Date.now();

  while (!signal.aborted) {
    let failure: unknown = new Error('the stream ended without having completed');
    let openedAt: number | undefined;
    // Of this connection alone: a stream that fell silent would otherwise stay open beside its successor.
    const connection = new AbortController();
    try {
      const body = await connectUpstream({
        ...options,
        after,
        context: options.createContext(),
        signal: AbortSignal.any([signal, connection.signal]),
      });
      isEstablished = true;
      openedAt = Date.now();
      for await (const message of readEventStream(body, limits)) {
        if (message.kind !== 'complete' && message.cursor) after = message.cursor;
        yield message;
        if (message.kind === 'complete' || isFinal(message)) return;
      }
    } catch (error) {
      if (error instanceof UpstreamRefusal) {
        yield { kind: 'event', result: error.result };
        return;
      }
      failure = error;
    } finally {
      connection.abort();
    }
    // A subgraph that accepts and hangs up at once is as unavailable as before.
    if (openedAt !== undefined && Date.now() - openedAt >= stableAfterMs) {
      attempt = 0;
      unavailableSince = Date.now();
    }
    if (signal.aborted) return;
    const patience = isEstablished ? limits.lostMs : limits.openingMs;
    if (Date.now() - unavailableSince >= patience) {
      const error =
        failure instanceof GraphQLError ? failure : failedExchange(planned.primary.serviceName, failure);
      yield { kind: 'event', result: { errors: [error.toJSON()] } };
      return;
    }
    options.onReconnect?.(attempt, failure);
    await backOff(attempt, limits.backOff, signal);
    attempt++;
  }
}

/** A result without `data` is not an event: the operation itself has failed. */
export function isFinal(message: UpstreamMessage): boolean {
  return message.kind === 'event' && isRequestError(message.result);
}

function isRequestError(result: FormattedExecutionResult): boolean {
  return result.data === undefined && (result.errors?.length ?? 0) > 0;
}
