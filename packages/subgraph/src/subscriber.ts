import { setTimeout as delay } from 'node:timers/promises';
import { type DomainEvent, deliverFirst } from '@kronos/events';
import {
  createSourceEventStream,
  execute,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import type { Gauge } from 'prom-client';
import type { Caller, RequestContext } from './caller.ts';
import { isDatabaseAway } from './database-errors.ts';
import { type Delivery, DeliverySource } from './delivery.ts';
import { codedError, unauthenticated } from './errors.ts';
import { EventStream } from './event-stream.ts';
import type { Operations } from './operations.ts';
import type { GraphQLRequest, SubscriptionResult } from './subgraph.ts';
import { resumeAfter } from './subscription.ts';
import { traceDelivery } from './trace-delivery.ts';
import { describeOperation, traceOperation } from './trace-operation.ts';

export interface SubscriberOptions {
  name: string;
  schema: GraphQLSchema;
  operations: Operations;
  createContext(caller: Caller): RequestContext;
  format(errors: readonly unknown[], caller: Caller): GraphQLFormattedError[];
  streams: Gauge<'subgraph'>;
}

const cursorShape = /^\d{1,15}$/;
const databaseRetryMs = 500;

/** Starts the subscriptions of one subgraph, and can cut all of them. */
export function createSubscriber(options: SubscriberOptions) {
  const { name, schema, operations, createContext, format } = options;
  const running = new Set<EventStream>();

  async function subscribe(
    request: GraphQLRequest,
    caller: Caller,
    after?: string,
  ): Promise<SubscriptionResult> {
    return traceOperation(name, caller, () =>
      start(request, caller, after).catch((error) => ({ errors: format([error], caller) })),
    );
  }

  async function start(request: GraphQLRequest, caller: Caller, after?: string): Promise<SubscriptionResult> {
    const refuse = (errors: readonly unknown[]) => ({ errors: format(errors, caller) });
    if (after !== undefined && !cursorShape.test(after))
      return refuse([codedError('BAD_CURSOR', `“${after}” is not the cursor of a message.`)]);
    const found = operations.find(request.query, request.operationName, true);
    if ('errors' in found) return refuse(found.errors);
    describeOperation(found.document, request.operationName);

    const operation = {
      schema,
      document: found.document,
      variableValues: request.variables,
      operationName: request.operationName,
    };
    const contextValue = createContext(caller);
    resumeAfter(contextValue, after);
    const source = await createSourceEventStream({ ...operation, contextValue });
    if (!(source instanceof DeliverySource)) return refuse(errorsOf(source));

    async function answer(delivery: Delivery): Promise<FormattedExecutionResult | null> {
      // A new context for every event: what a loader has read for the last one may have changed since.
      const fresh = createContext(callerFor(delivery.event, caller));
      if (!(await delivery.isVisible(fresh))) return null;
      const { errors, ...result } = await execute({ ...operation, rootValue: delivery, contextValue: fresh });
      const away = errors?.find((error) => isDatabaseAway(error));
      if (away) throw away;
      return errors ? { errors: format(errors, caller), ...result } : result;
    }

    const stream = new EventStream({
      source,
      answer: (delivery, signal) =>
        deliverFirst(() =>
          traceDelivery({ name, caller, delivery }, () =>
            untilDatabaseAnswers(() => answer(delivery), signal),
          ),
        ),
      fault: (error) => ({ errors: format([error], caller) }),
      ...(caller.tokenExpiresAt && {
        expiry: { at: caller.tokenExpiresAt, error: unauthenticated('Your access token has expired.') },
      }),
      onEnd() {
        running.delete(stream);
        options.streams.dec({ subgraph: name });
      },
    });
    running.add(stream);
    options.streams.inc({ subgraph: name });
    return stream;
  }

  return {
    subscribe,
    cutAll(): void {
      for (const stream of running) stream.cut();
    },
  };
}

/**
 * Answers an event as soon as the database does. Delivered with errors in place of data, the event would be lost to the
 * subscriber, whose cursor would have passed it.
 */
async function untilDatabaseAnswers<Answer>(
  answer: () => Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer | null> {
  for (;;) {
    try {
      return await answer();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      await delay(databaseRetryMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return null;
    }
  }
}

/** What an event causes is part of what caused the event. */
function callerFor({ traceparent }: DomainEvent, caller: Caller): Caller {
  return traceparent === undefined ? caller : { ...caller, traceparent, tracestate: undefined };
}

function errorsOf(source: object): readonly unknown[] {
  if ('errors' in source) return source.errors as readonly GraphQLError[];
  return [new Error('A field of Subscription must be made by subscription().')];
}
