/** W3C trace context, as it stands in headers. @see https://www.w3.org/TR/trace-context/ */
export interface TraceHeaders {
  traceparent: string;
  tracestate?: string;
}

/** What is said of a span, by the names of OpenTelemetry's semantic conventions; what is undefined is left out. */
export type Attributes = Record<string, string | number | boolean | string[] | undefined>;

/** One piece of work in a trace. */
export interface Span {
  readonly traceId: string;
  /** False when the trace is not kept: what is said of the span then goes nowhere, and need not be found out. */
  readonly isRecording: boolean;
  /** What those who continue the trace are told. */
  readonly headers: TraceHeaders;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Points at another trace that has to do with this one. */
  link(other: Span | TraceHeaders): void;
  /** Notes why the work has failed; the first reason stays. @param type a code or an error's name, never a text with data */
  fail(type: string): void;
  /** Ends it, once. */
  end(): void;
}

export interface SpanOptions {
  /** Internal when omitted. */
  kind?: 'server' | 'client' | 'producer' | 'consumer';
  /** The part of Kronos whose work it is, e.g. `gateway` or a domain; that of the parent when omitted. */
  service?: string;
  /** A span of this process, or headers from elsewhere; the active span when omitted, and null for none. */
  parent?: Span | TraceHeaders | null;
  links?: readonly (Span | TraceHeaders)[];
  attributes?: Attributes;
  /** When the work began, in milliseconds since the epoch; now when omitted. */
  startedAt?: number;
}

/** What can be done while this process is traced. */
export interface Tracing {
  /** The span in which this code runs. */
  active(): Span | undefined;
  start(name: string, options?: SpanOptions): Span;
  /** Calls a function within a span, which stays open. */
  run<Result>(span: Span, call: () => Result): Result;
  /** Calls a function within a span of its own, which ends when what the function gives has settled. */
  within<Result>(name: string, options: SpanOptions, call: (span: Span) => Result): Result;
}

/**
 * Undefined for as long as this process is not traced: then nothing of OpenTelemetry is loaded, no context is carried along,
 * and whoever would tell of something asks this and does nothing.
 */
export let tracing: Tracing | undefined;

/** For `startTracing` alone. */
export function setTracing(value: Tracing | undefined): void {
  tracing = value;
}
