import { randomUUID } from 'node:crypto';
import { tracing } from '@kronos/telemetry';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { findAmbiguity } from './ambiguities.ts';
import { isFromThisMachine } from './is-from-this-machine.ts';
import type { Logger } from './logger.ts';
import { pipelinesTooMuch } from './pipelining.ts';
import { readOn } from './read-on.ts';
import { refuseUnreadable, rememberAnswer } from './refuse-unreadable.ts';
import { securityHeaders } from './security-headers.ts';
import { requestSpan, type TraceRequestsOptions, traceRequests } from './trace-requests.ts';

export interface AppOptions {
  logger: Logger;
  metrics: Registry;
  /** Which parts can serve: true, or the reason why not. */
  readiness(): Promise<Record<string, true | string>>;
  /** What `/health` answers, as long as the process lives; `{"status": "ok"}` when omitted. */
  health?(): Promise<object>;
  /** The largest body that is read, in bytes; 1 MiB when omitted. */
  bodyLimitBytes?: number;
  /** How long a request may take to arrive, head and body, in milliseconds; 30 seconds when omitted. */
  arrivalMs?: number;
  /** After how long a connection is closed on which nothing moves, in milliseconds; never when omitted. */
  stillMs?: number;
  /** Who may read `/metrics`; callers from this machine when omitted. */
  mayReadMetrics?(request: FastifyRequest): boolean | Promise<boolean>;
  /** Whether, and which, proxies in front may name the caller's address; none when omitted. */
  trustProxy?: boolean | string | string[];
  /** How requests are traced when the process is; they are not when omitted. */
  traces?: TraceRequestsOptions;
}

const requestIdShape = /^[\w.:-]{1,128}$/;

/**
 * The HTTP shell that every process of Kronos has: request ids taken or made, logged and echoed, security headers, errors in
 * the coded shape, spans, and `/health` (alive), `/ready` (can serve), `/metrics`. It does not listen.
 */
export function createApp(options: AppOptions): FastifyInstance {
  const { logger, metrics, arrivalMs = 30_000, stillMs = 0 } = options;
  const app = Fastify({
    requestTimeout: arrivalMs,
    connectionTimeout: stillMs,
    // Node takes the shorter of the two for the head, whichever it is, and looks for what takes too long now and then.
    http: {
      headersTimeout: arrivalMs,
      requestTimeout: arrivalMs,
      connectionsCheckingInterval: Math.min(arrivalMs, 5_000),
    },
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: options.bodyLimitBytes ?? 1 << 20,
    trustProxy: options.trustProxy ?? false,
    forceCloseConnections: true,
    genReqId: (request) => requestId(request.headers['x-request-id']),
    frameworkErrors(error, request, reply) {
      reply.header('x-request-id', request.id);
      void sendError(error, request, reply);
    },
    clientErrorHandler: refuseUnreadable,
  });
  if (!metrics.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics({ register: metrics });

  if (tracing && options.traces) traceRequests(app, tracing, options.traces);
  app.addHook('onRequest', (request, reply, next) => {
    if (pipelinesTooMuch(request.raw, reply.raw)) {
      request.raw.socket.destroy();
      return;
    }
    rememberAnswer(request.raw.socket, reply.raw);
    reply.header('x-request-id', request.id);
    const ambiguity = findAmbiguity(request.raw.rawHeaders);
    if (!ambiguity) return next();
    const { status, message } = ambiguity;
    // What comes after it on this connection may be part of it, or not; a coding of the content leaves no doubt where it ends.
    if (status === 400) reply.header('connection', 'close');
    reply.code(status).send(codedErrors(request, codes[status]!, message));
  });
  app.addHook('onSend', (_request, reply, _payload, next) => {
    for (const name in securityHeaders) {
      if (!reply.hasHeader(name)) reply.header(name, securityHeaders[name]);
    }
    next();
  });
  app.setErrorHandler(sendError);
  app.setNotFoundHandler(async (request, reply) => {
    reply
      .code(404)
      .send(
        codedErrors(
          request,
          'NOT_FOUND',
          `There is nothing at ${request.method} ${request.url.split('?')[0]}.`,
        ),
      );
  });

  app.get('/health', async () => (await options.health?.()) ?? { status: 'ok' });
  app.get('/ready', async (_request, reply) => {
    const parts = await options.readiness();
    const isReady = Object.values(parts).every((part) => part === true);
    reply.code(isReady ? 200 : 503).send({
      status: isReady ? 'ready' : 'unavailable',
      parts: Object.fromEntries(
        Object.entries(parts).map(([name, part]) => [name, part === true ? 'ready' : part]),
      ),
    });
  });
  app.get('/metrics', async (request, reply) => {
    const mayRead = (options.mayReadMetrics ?? isFromThisMachine)(request);
    if (!(await mayRead)) {
      reply
        .code(403)
        .send(
          codedErrors(
            request,
            'FORBIDDEN',
            'Metrics are for administrators and for callers on this machine.',
          ),
        );
      return;
    }
    reply.type(metrics.contentType).send(await metrics.metrics());
  });
  return app;
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && requestIdShape.test(given) ? given : randomUUID();
}

const codes: Record<number, string> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
};

async function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const status = error.statusCode ?? 500;
  if (status === 413) readOn(reply);
  if (status < 500) {
    reply.code(status).send(codedErrors(request, codes[status] ?? 'BAD_REQUEST', error.message));
    return;
  }
  request.log.error({ err: error }, 'request failed');
  reply
    .code(500)
    .send(
      codedErrors(
        request,
        'INTERNAL_SERVER_ERROR',
        'Something went wrong on our side. Quote the request id when you report it.',
      ),
    );
}

function codedErrors(request: FastifyRequest, code: string, message: string) {
  const span = requestSpan(request);
  const extensions = {
    code,
    timestamp: new Date().toISOString(),
    requestId: request.id,
    ...(span?.isRecording && { traceId: span.traceId }),
  };
  return { errors: [{ message, extensions }] };
}
