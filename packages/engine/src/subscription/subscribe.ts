import type { GatewayExecutionResult, GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { executeEvent } from './execute-event.ts';
import { type FollowOptions, followUpstream, isFinal } from './follow-upstream.ts';
import { mapInOrder } from './map-in-order.ts';
import type { UpstreamMessage } from './read-event-stream.ts';

/** What a subscription's reader gets. */
export type SubscriptionFrame =
  /**
   * One event, with everything that other subgraphs contribute. Its cursor resumes after it. `occurredAt`, in RFC 3339,
   * is what the owning subgraph says in the event's `extensions`; `context` is the context value that was made for it.
   */
  | {
      kind: 'event';
      cursor?: string;
      occurredAt?: string;
      context: Record<string, unknown>;
      result: GatewayExecutionResult;
    }
  /** Nothing happened that the reader may see, but everything up to here has been considered. */
  | { kind: 'position'; cursor: string }
  /** The last frame: the subscription has come to its end, or has failed for the reason in `errors`. */
  | { kind: 'end'; errors?: readonly GraphQLError[] };

export interface SubscribeOptions extends FollowOptions {
  /** Events of one subscription whose `rest` is executed at the same time; they are yielded in order all the same. */
  concurrency: number;
}

/** Runs one planned subscription until it ends, the reader stops reading or the signal aborts. */
export async function* subscribe(options: SubscribeOptions): AsyncGenerator<SubscriptionFrame, void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  try {
    const upstream = followUpstream({ ...options, signal });
    for await (const frame of mapInOrder(upstream, options.concurrency, (message) =>
      toFrame(message, options),
    )) {
      yield frame;
      if (frame.kind === 'end') return;
    }
  } finally {
    ended.abort();
  }
}

async function toFrame(message: UpstreamMessage, options: SubscribeOptions): Promise<SubscriptionFrame> {
  if (message.kind === 'complete') return { kind: 'end' };
  if (message.kind === 'position') return message;
  if (isFinal(message)) return { kind: 'end', errors: message.result.errors?.map(toGraphQLError) };
  const event = message.result as GatewayGraphQLResponse;
  const { extensions = {} } = message.result;
  const context = options.createContext(extensions);
  const result = await executeEvent(options.planned, event, context);
  const { occurredAt } = extensions;
  return {
    kind: 'event',
    cursor: message.cursor,
    ...(typeof occurredAt === 'string' && { occurredAt }),
    context,
    result,
  };
}

function toGraphQLError({ message, path, extensions }: GraphQLFormattedError): GraphQLError {
  return new GraphQLError(message, { path, extensions });
}
