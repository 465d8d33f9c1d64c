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
  readonly traceId?: string;
  /** Undefined for what belongs to no request in particular. */
  trace?: RequestTrace;
}

/** Apollo Server formats errors without saying for which request; this says it. */
export const requestScope = new AsyncLocalStorage<RequestScope>();

/** The scope of a request that has come over HTTP. */
export function scopeOf(request: FastifyRequest): RequestScope {
  return new ScopeOfRequest(request);
}

class ScopeOfRequest implements RequestScope {
  readonly requestId: string;
  readonly trace: RequestTrace;
  readonly #request: FastifyRequest;
  #logger: RequestScope['logger'] | undefined;

  constructor(request: FastifyRequest) {
    this.requestId = request.id;
    this.trace = readRequestTrace(request);
    this.#request = request;
  }

  get traceId(): string | undefined {
    const { span } = this.trace;
    return span?.isRecording ? span.traceId : undefined;
  }

  /** Made when it is asked for: most requests have nothing to say. */
  get logger(): RequestScope['logger'] {
    this.#logger ??= loggerFor(this.#request, this.trace);
    return this.#logger;
  }
}

function loggerFor(request: FastifyRequest, trace: RequestTrace): RequestScope['logger'] {
  const { name: clientName, version: clientVersion } = readClientHeaders(request.headers);
  // The lines of a request that is traced have the id of the trace already.
  const traceId = trace.span ? undefined : traceIdOf(trace);
  return request.log.child({ traceId, clientName, clientVersion });
}
