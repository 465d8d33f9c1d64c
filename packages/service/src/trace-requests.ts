import type { IncomingMessage } from 'node:http';
import { type Span, type TraceHeaders, type Tracing, tracing } from '@kronos/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readClientHeaders } from './client-headers.ts';

export interface TraceRequestsOptions {
  /** Whose spans they are, e.g. `gateway`. */
  service: string;
  /** Whether a request has a span; all have one when omitted, except those for `/health`, `/ready` and `/metrics`. */
  covers?(request: FastifyRequest): boolean;
}

const spans = new WeakMap<IncomingMessage, Span>();
const ended = new WeakSet<Span>();
const unobserved = new Set(['/health', '/ready', '/metrics']);

/** The span of a request; undefined when the process is not traced, or the request has none. */
export function requestSpan(request: FastifyRequest): Span | undefined {
  return tracing && spans.get(request.raw);
}

/**
 * Ends the span of a request before its response has ended: that of a stream would otherwise last for hours, and be seen by
 * nobody until then.
 */
export function endRequestSpan(request: FastifyRequest, status: number): void {
  const span = requestSpan(request);
  if (!span || ended.has(span)) return;
  ended.add(span);
  span.set({ 'http.response.status_code': status });
  span.end();
}

/** Reads W3C trace context from headers; undefined when there is none. */
export function readTraceHeaders({
  traceparent,
  tracestate,
}: IncomingMessage['headers']): TraceHeaders | undefined {
  if (typeof traceparent !== 'string') return undefined;
  return { traceparent, ...(tracestate !== undefined && { tracestate: String(tracestate) }) };
}

/**
 * Gives each request of an app a span, in which its handlers run, and its log lines the id of the trace.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
 */
export function traceRequests(app: FastifyInstance, traced: Tracing, options: TraceRequestsOptions): void {
  const { service, covers = isObserved } = options;

  app.addHook('onRequest', (request, reply, next) => {
    if (covers(request)) begin(request, reply);
    next();
  });
  // Bodies are read between the two, which loses the context.
  app.addHook('preValidation', (request, _reply, next) => {
    const span = spans.get(request.raw);
    if (span) traced.run(span, next);
    else next();
  });

  function begin(request: FastifyRequest, reply: FastifyReply): void {
    const { method, headers, raw } = request;
    const route = request.routeOptions.url;
    const client = readClientHeaders(headers);
    const span = traced.start(route ? `${method} ${route}` : method, {
      kind: 'server',
      service,
      parent: readTraceHeaders(headers) ?? null,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'url.scheme': request.protocol,
        // Without the search, in which variables may stand.
        'url.path': request.url.split('?', 1)[0],
        // Neither the client's address nor its agent, which are personal.
        'kronos.request_id': request.id,
        'graphql.client.name': client.name,
        'graphql.client.version': client.version,
      },
    });
    spans.set(raw, span);
    request.log = request.log.child({ traceId: span.traceId });
    reply.log = request.log;
    reply.raw.once('close', () => {
      if (ended.has(span)) return;
      if (!reply.raw.writableFinished) span.set({ 'kronos.client_left': true });
      if (reply.raw.statusCode >= 500) span.fail(String(reply.raw.statusCode));
      endRequestSpan(request, reply.raw.statusCode);
    });
  }
}

function isObserved(request: FastifyRequest): boolean {
  return !unobserved.has(request.routeOptions.url ?? '');
}
