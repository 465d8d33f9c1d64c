import { createParser } from 'eventsource-parser';
import type { FormattedExecutionResult } from 'graphql';

/** What comes from the owning subgraph: an event, or the news that everything up to a position has been sent. */
export type UpstreamMessage =
  | { kind: 'event'; cursor?: string; result: FormattedExecutionResult }
  | { kind: 'position'; cursor: string }
  | { kind: 'complete' };

/** A stream that used to send heartbeats has fallen silent. */
export class UpstreamSilent extends Error {
  override readonly name = 'UpstreamSilent';
}

/** Heartbeats that must have been seen before their absence means something. */
const trustedAfter = 2;

/**
 * Reads an SSE body in the distinct connections mode of graphql-sse, `id:`s included.
 *
 * @param silenceMs how long a stream that sends heartbeats may say nothing at all
 * @param maxEventBytes the largest event that is buffered
 * @throws UpstreamSilent, a ParseError when an event is too large, SyntaxError for an event that is not JSON
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#distinct-connections-mode
 */
export async function* readEventStream(
  body: AsyncIterable<Buffer>,
  { silenceMs, maxEventBytes }: { silenceMs: number; maxEventBytes: number },
): AsyncGenerator<UpstreamMessage, void> {
  const messages: UpstreamMessage[] = [];
  const decoder = new TextDecoder();
  let heartbeats = 0;
  let failure: Error | undefined;
  const parser = createParser({
    maxBufferSize: maxEventBytes,
    onComment() {
      heartbeats++;
    },
    onId(cursor) {
      heartbeats++;
      if (cursor) messages.push({ kind: 'position', cursor });
    },
    onEvent({ id, event, data }) {
      // The id of an event is its own: reported before it, it would claim that the event has been delivered.
      if (id && messages.at(-1)?.kind === 'position') messages.pop();
      if (event === 'complete') messages.push({ kind: 'complete' });
      else if (event === 'next')
        messages.push({ kind: 'event', cursor: id || undefined, result: JSON.parse(data) });
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') failure = error;
    },
  });

  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await withinSilence(chunks.next(), heartbeats >= trustedAfter ? silenceMs : undefined);
      if (step.done) return;
      parser.feed(decoder.decode(step.value, { stream: true }));
      yield* messages.splice(0);
      if (failure) throw failure;
    }
  } finally {
    chunks.return?.()?.catch(() => undefined);
  }
}

/** Only the wait for the next chunk is timed: time that a slow reader takes is not the subgraph's silence. */
async function withinSilence<Value>(next: Promise<Value>, silenceMs: number | undefined): Promise<Value> {
  if (silenceMs === undefined) return next;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UpstreamSilent()), silenceMs);
    timer.unref();
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}
