import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, readClientHeaders } from '@kronos/service';
import type { FastifyRequest } from 'fastify';
import { type RequestTrace, readRequestTrace, traceIdOf } from '../telemetry/request-trace.ts';

/** What error formatting needs to know of the request in which an error arose. */
export interface RequestScope {
  requestId: string;
  /** Its lines have the ids of the request and of its trace, and what the client says that it is. */
  readonly logger: Pick<Logger, 'error' | 'info'>;
  /** What errors quote beside the request id; undefined when there is no such trace to look at. */
  traceId?: string;
  /** Undefined for what belongs to no request in particular. */
  trace?: RequestTrace;
}

/** Apollo Server formats errors without saying for which request; this says it. */
export const requestScope = new AsyncLocalStorage<RequestScope>();

/** The scope of a request that has come over HTTP. */
export function scopeOf(request: FastifyRequest): RequestScope {
  const trace = readRequestTrace(request);
  let logger: RequestScope['logger'] | undefined;
  return {
    requestId: request.id,
    trace,
    traceId: trace.span?.isRecording ? trace.span.traceId : undefined,
    // Made when it is asked for: most requests have nothing to say.
    get logger() {
      logger ??= loggerFor(request, trace);
      return logger;
    },
  };
}

function loggerFor(request: FastifyRequest, trace: RequestTrace): RequestScope['logger'] {
  const { name: clientName, version: clientVersion } = readClientHeaders(request.headers);
  // The lines of a request that is traced have the id of the trace already.
  const traceId = trace.span ? undefined : traceIdOf(trace);
  return request.log.child({ traceId, clientName, clientVersion });
}
