import { randomUUID } from 'node:crypto';
import { readTraceHeaders, requestSpan } from '@kronos/service';
import type { Span, TraceHeaders } from '@kronos/telemetry';
import type { FastifyRequest } from 'fastify';

/** The trace that something belongs to, whether this process is traced or not. */
export interface RequestTrace {
  /** W3C trace context for subgraphs: the span's, the caller's, or the beginning of a new trace. */
  readonly headers: TraceHeaders;
  /** What is done for it happens in this span; undefined when this process is not traced. */
  readonly span?: Span;
  /** The span that led to a trace of its own. */
  readonly origin?: Span;
}

const traceparentShape = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace of a request that has come over HTTP. */
export function readRequestTrace(request: FastifyRequest): RequestTrace {
  const span = requestSpan(request);
  return span ? traceOfSpan(span) : new PassedTrace(readTraceHeaders(request.headers));
}

export function traceOfSpan(span: Span): RequestTrace {
  return {
    span,
    get headers() {
      return span.headers;
    },
  };
}

/** A trace of somebody else that goes on here, or a new one. @param origin the span that led to it */
export function newTrace(given?: TraceHeaders, origin?: Span): RequestTrace {
  return new PassedTrace(given, origin);
}

/** The id of a trace, for log lines. */
export function traceIdOf({ headers }: RequestTrace): string {
  return headers.traceparent.slice(3, 35);
}

/** Its headers are made when they are asked for: a request that another one answers needs none. */
class PassedTrace implements RequestTrace {
  readonly origin: Span | undefined;
  readonly #given: TraceHeaders | undefined;
  #headers: TraceHeaders | undefined;

  constructor(given?: TraceHeaders, origin?: Span) {
    this.#given = given;
    this.origin = origin;
  }

  get headers(): TraceHeaders {
    const given = this.#given;
    this.#headers ??=
      given && traceparentShape.test(given.traceparent) ? given : { traceparent: newTraceparent() };
    return this.#headers;
  }
}

/** Node draws random bytes for UUIDs in advance: that is several times cheaper than `randomBytes`. */
function newTraceparent(): string {
  const traceId = randomUUID().replaceAll('-', '');
  const parentId = randomUUID().slice(-12) + randomUUID().slice(0, 4);
  return `00-${traceId}-${parentId}-01`;
}
