import type { ServerResponse } from 'node:http';
import { answerHeaders, sseMessage } from '@kronos/service';
import type { FastifyReply } from 'fastify';
import { StreamCutError, type SubscriptionResult, type SubscriptionStream } from './subgraph.ts';

const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // nginx would hold events back until its buffer is full.
  'x-accel-buffering': 'no',
};

/**
 * Writes subscriptions as server-sent events. A stream that ends with `complete` is over; one that is cut without it is
 * resumed by the receiver.
 *
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#distinct-connections-mode
 */
export class SseStreams {
  readonly #heartbeatMs: number;
  readonly #responses = new Set<ServerResponse>();

  constructor(heartbeatMs: number) {
    this.#heartbeatMs = heartbeatMs;
  }

  /** Takes the response over; resolves when the stream has ended. */
  async send(reply: FastifyReply, result: SubscriptionResult): Promise<void> {
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { ...answerHeaders(reply), ...eventStreamHeaders });
    if ('errors' in result) {
      response.write(nextFrame({ errors: result.errors }));
      response.end(completeFrame);
      return;
    }
    // A receiver that left while the subscription was being made will not leave again.
    if (response.destroyed) {
      await result.return();
      return;
    }
    this.#responses.add(response);
    response.on('close', () => {
      this.#responses.delete(response);
      void result.return();
    });
    await this.#pump(reply, result);
  }

  /** Ends all streams so that their receivers come back and resume. */
  cutAll(): void {
    for (const response of this.#responses) response.destroy();
  }

  async #pump({ raw: response, log }: FastifyReply, stream: SubscriptionStream): Promise<void> {
    const beat = () => response.write(sseMessage({ id: stream.position }));
    // At once: the receiver can resume before the first event.
    beat();
    const heartbeat = setInterval(() => response.writableNeedDrain || beat(), this.#heartbeatMs);
    try {
      for await (const { cursor, occurredAt, traceparent, result } of stream) {
        // For the gateway, which measures by the one how long an event takes to its sockets, and goes on with the other's trace.
        const timed =
          occurredAt === undefined ? result : { ...result, extensions: { occurredAt, traceparent } };
        // One event at a time: a receiver that reads slowly is waited for here, and the log keeps the rest.
        if (!response.write(nextFrame(timed, cursor))) await drained(response);
      }
      response.end(completeFrame);
    } catch (error) {
      response.destroy();
      if (!(error instanceof StreamCutError)) log.error({ err: error }, 'stream failed');
    } finally {
      clearInterval(heartbeat);
    }
  }
}

/** Resolves when the receiver has taken what was written, or has gone. */
async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
}

const completeFrame = sseMessage({ event: 'complete', data: '' });

function nextFrame(result: unknown, id?: string): string {
  return sseMessage({ id, event: 'next', data: JSON.stringify(result) });
}
