import { eventSpan } from '@kronos/events';
import { tracing } from '@kronos/telemetry';
import type { FormattedExecutionResult } from 'graphql';
import type { Caller } from './caller.ts';
import type { Delivery } from './delivery.ts';

export interface TracedDelivery {
  /** The domain. */
  name: string;
  /** Who subscribes. */
  caller: Caller;
  delivery: Delivery;
}

/** An event's answer, and the trace that it belongs to. */
export interface TracedAnswer {
  result: FormattedExecutionResult;
  traceparent?: string;
}

/**
 * Answers an event for one subscriber in the trace of the event, if it has one.
 *
 * @param answer null when the subscriber may not see the event
 */
export async function traceDelivery(
  { name, caller, delivery: { event } }: TracedDelivery,
  answer: () => Promise<FormattedExecutionResult | null>,
): Promise<TracedAnswer | null> {
  const { traceparent } = event;
  if (!tracing || !traceparent) {
    const result = await answer();
    return result && { result, traceparent };
  }
  const options = eventSpan(name, name, event, { 'kronos.request_id': caller.requestId });
  return tracing.within(`process ${event.name}`, options, async (span) => {
    const result = await answer();
    if (!result) span.set({ 'kronos.is_visible': false });
    const code = result?.errors?.[0]?.extensions?.code;
    if (code) span.fail(String(code));
    return result && { result, traceparent: span.headers.traceparent };
  });
}
