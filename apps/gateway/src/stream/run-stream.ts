import type { SubscriptionFrame } from '@kronos/engine';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { StreamProtocol } from './protocol.ts';
import type { StreamWriter } from './stream-writer.ts';

export interface RunStreamOptions {
  protocol: StreamProtocol;
  writer: StreamWriter;
  /** Opens the subscription; it is closed by the signal. */
  open(signal: AbortSignal): AsyncIterable<SubscriptionFrame>;
  format(error: GraphQLError): GraphQLFormattedError;
  /** Aborted with a StreamEnd when the stream must end for a reason that has nothing to do with its events. */
  endings: AbortSignal;
  heartbeatMs: number;
}

/** Why a stream is ended from outside. */
export class StreamEnd extends Error {
  override readonly name = 'StreamEnd';
  readonly error: GraphQLError;
  /** Whether the client should come back by itself. */
  readonly isRetriable: boolean;

  constructor(error: GraphQLError, isRetriable: boolean) {
    super(error.message);
    this.error = error;
    this.isRetriable = isRetriable;
  }
}

/** Carries one subscription over one response, from the first byte to the last. */
export async function runStream(options: RunStreamOptions): Promise<void> {
  const { protocol, writer, endings, format } = options;
  let cursor: string | undefined;
  const signal = AbortSignal.any([writer.closed, endings]);
  // A busy client gets no heartbeats: they would only queue behind what it does not read.
  const heartbeat = setInterval(() => {
    if (!writer.isBusy) void writer.write(protocol.heartbeat(cursor));
  }, options.heartbeatMs);

  try {
    await writer.write(protocol.opening);
    for await (const frame of options.open(signal)) {
      if (signal.aborted) break;
      if (frame.kind === 'end') {
        return writer.end(frame.errors ? protocol.fail(frame.errors.map(format)) : protocol.complete);
      }
      cursor = frame.cursor ?? cursor;
      if (frame.kind === 'position') {
        await writer.write(protocol.heartbeat(cursor));
        continue;
      }
      const { data, errors, extensions } = frame.result;
      const result = {
        data,
        ...(errors && { errors: errors.map(format) }),
        ...(extensions && { extensions }),
      };
      await writer.write(protocol.next(result, frame.cursor));
    }
    if (endings.reason instanceof StreamEnd) {
      const { error, isRetriable } = endings.reason;
      const errors = [format(error)];
      return writer.end(isRetriable ? protocol.interrupt(errors) : protocol.fail(errors));
    }
    writer.end('');
  } finally {
    clearInterval(heartbeat);
  }
}
