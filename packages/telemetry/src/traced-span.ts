import {
  type Context,
  context,
  createContextKey,
  type Attributes as OtelAttributes,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import type { Attributes, Span, TraceHeaders } from './tracing.ts';

const spanKey = createContextKey('kronos span');

/** A span of OpenTelemetry in our terms, and whose tracer made it. */
export class TracedSpan implements Span {
  readonly span: OtelSpan;
  readonly tracer: Tracer;
  readonly isRecording: boolean;
  #headers: TraceHeaders | undefined;
  #hasFailed = false;

  constructor(span: OtelSpan, tracer: Tracer) {
    this.span = span;
    this.tracer = tracer;
    this.isRecording = span.isRecording();
  }

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  get headers(): TraceHeaders {
    this.#headers ??= writeHeaders(this.span.spanContext());
    return this.#headers;
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: Attributes): void {
    if (this.isRecording) this.span.setAttributes(attributes as OtelAttributes);
  }

  link(other: Span | TraceHeaders): void {
    const linked = contextOf(other);
    if (linked) this.span.addLink({ context: linked });
  }

  fail(type: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: type });
    this.span.setAttribute('error.type', type);
  }

  end(): void {
    this.span.end();
  }
}

/** The innermost span in which this code runs. */
export function activeSpan(): TracedSpan | undefined {
  return context.active().getValue(spanKey) as TracedSpan | undefined;
}

/** The context of what runs in a span. */
export function contextWithin(span: TracedSpan): Context {
  return trace.setSpan(ROOT_CONTEXT, span.span).setValue(spanKey, span);
}

/** The context in which a span with this parent is started. */
export function contextUnder(parent: Span | TraceHeaders | null | undefined): Context {
  if (!parent) return ROOT_CONTEXT;
  if (parent instanceof TracedSpan) return trace.setSpan(ROOT_CONTEXT, parent.span);
  const remote = contextOf(parent);
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}

/** What a span or headers name; undefined when they name nothing. */
export function contextOf(other: Span | TraceHeaders): SpanContext | undefined {
  if (other instanceof TracedSpan) return other.span.spanContext();
  return 'traceparent' in other ? readHeaders(other) : undefined;
}

function readHeaders({ traceparent, tracestate }: TraceHeaders): SpanContext | undefined {
  const read = parseTraceParent(traceparent);
  if (!read) return undefined;
  return { ...read, isRemote: true, ...(tracestate && { traceState: new TraceState(tracestate) }) };
}

function writeHeaders({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceHeaders {
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  const tracestate = traceState?.serialize();
  return tracestate ? { traceparent, tracestate } : { traceparent };
}
