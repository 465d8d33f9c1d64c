import { createParser } from 'eventsource-parser';
import type { GraphQLFormattedError } from 'graphql';
import { KronosError } from './errors.ts';

/** What one GraphQL execution has given. */
export interface Result {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
}

/** What a stream says. */
export type Message =
  | { kind: 'event'; cursor: string | undefined; result: Result }
  /** Everything up to here has been sent. */
  | { kind: 'position'; cursor: string }
  /** How long to wait before coming back, in milliseconds. */
  | { kind: 'delay'; milliseconds: number }
  | { kind: 'complete' };

/**
 * Reads server-sent events in the distinct connections mode of graphql-sse, with their ids. A chunk is asked for when all
 * messages of the one before have been taken: who reads slowly holds one chunk, and the server feels it.
 *
 * graphql-sse's own client gives no ids away and reads ahead without a bound.
 *
 * @param readChunk gives the next chunk, undefined at the end
 * @param maxEventSize the longest event that is buffered, in characters
 * @throws KronosError EVENT_TOO_LARGE, or MALFORMED_EVENT for an event that is not JSON
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#distinct-connections-mode
 */
export async function* readMessages(
  readChunk: () => Promise<Uint8Array | undefined>,
  maxEventSize: number,
): AsyncGenerator<Message, void> {
  const messages: Message[] = [];
  const decoder = new TextDecoder();
  let failure: KronosError | undefined;
  const parser = createParser({
    maxBufferSize: maxEventSize,
    onId(cursor) {
      if (cursor) messages.push({ kind: 'position', cursor });
    },
    onEvent({ id, event, data }) {
      // The id of an event is its own: told before it, it would say that the event has been handled.
      if (id && messages.at(-1)?.kind === 'position') messages.pop();
      if (event === 'complete') messages.push({ kind: 'complete' });
      if (event !== 'next' || failure) return;
      const result = parse(data);
      if (result) messages.push({ kind: 'event', cursor: id || undefined, result });
      else
        failure = new KronosError(
          'The graph has sent an event that is no GraphQL result.',
          'MALFORMED_EVENT',
        );
    },
    onRetry: (milliseconds) => messages.push({ kind: 'delay', milliseconds }),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded')
        failure ??= new KronosError(`An event is longer than ${maxEventSize} characters.`, 'EVENT_TOO_LARGE');
    },
  });

  for (;;) {
    const chunk = await readChunk();
    if (!chunk) return;
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* messages.splice(0);
    if (failure) throw failure;
  }
}

function parse(data: string): Result | undefined {
  try {
    const result: unknown = JSON.parse(data);
    return typeof result === 'object' && result !== null ? result : undefined;
  } catch {
    return undefined;
  }
}
