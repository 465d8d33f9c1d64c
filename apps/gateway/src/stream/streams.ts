import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientSignal, codedError, type Engine, type PlannedSubscription } from '@kronos/engine';
import { unauthenticated } from '../access/authenticate.ts';
import type { Revocations } from '../access/revocations.ts';
import type { GatewayContext } from '../context.ts';
import { formatError } from '../errors/format-error.ts';
import { type RequestScope, requestScope } from '../errors/request-scope.ts';
import type { StreamProtocol } from './protocol.ts';
import { runStream, StreamEnd } from './run-stream.ts';
import { createStreamSlots, type StreamLimits } from './stream-slots.ts';
import { createStreamWriter } from './stream-writer.ts';

export interface StreamsOptions {
  engine: Pick<Engine, 'subscribe'>;
  revocations: Revocations;
  limits: StreamLimits;
  heartbeatMs: number;
}

export interface StreamRequest {
  planned: PlannedSubscription;
  protocol: StreamProtocol;
  context: GatewayContext;
  after: string | undefined;
  scope: RequestScope;
}

/** All open streams of this process. */
export interface Streams {
  readonly open: number;
  /**
   * Takes a slot for a stream before anything is done for it.
   *
   * @returns how to give it back
   * @throws a coded error when there is none
   */
  reserve(context: GatewayContext): () => void;
  /** Carries a subscription over a response whose headers have been sent, until either ends. */
  run(request: StreamRequest, response: ServerResponse): Promise<void>;
  /**
   * Ends every stream so that its client comes back, to another process or to this one's successor.
   *
   * @param timeoutMs how long clients that do not read are waited for
   */
  drain(timeoutMs: number): Promise<void>;
}

/** setTimeout fires at once for anything longer. */
const maxTimerMs = 2 ** 31 - 1;

export function createStreams(options: StreamsOptions): Streams {
  const { engine, revocations, heartbeatMs } = options;
  const slots = createStreamSlots(options.limits);
  const running = new Map<AbortController, Promise<void>>();
  let isDraining = false;

  /** Ends the stream of a caller whose token has come to its end. */
  function watchToken({ caller: { viewer } }: GatewayContext, ending: AbortController): () => void {
    if (!viewer) return () => undefined;
    const end = (message: string) => ending.abort(new StreamEnd(unauthenticated(message), false));
    const msLeft = Math.min(maxTimerMs, Math.max(0, viewer.tokenExp * 1_000 - Date.now()));
    const timer = setTimeout(
      () => end('The access token has expired: refresh it and resume after the last cursor.'),
      msLeft,
    );
    timer.unref();
    const stopListening = revocations.onRevoked((sessionId) => {
      if (sessionId === viewer.sessionId) end('The session has been ended: log in again.');
    });
    return () => {
      clearTimeout(timer);
      stopListening();
    };
  }

  async function carry(request: StreamRequest, response: ServerResponse, ending: AbortController) {
    const { planned, protocol, context, after, scope } = request;
    const unwatch = watchToken(context, ending);
    try {
      await runStream({
        protocol,
        writer: createStreamWriter(response),
        endings: ending.signal,
        heartbeatMs,
        format: (error) => formatError(error.toJSON(), error),
        open: (signal) =>
          engine.subscribe(planned, {
            after,
            signal,
            createContext: () => ({ ...context, [clientSignal]: signal }),
          }),
      });
    } catch (error) {
      scope.logger.error({ err: error, requestId: scope.requestId }, 'a stream broke');
      response.destroy();
    } finally {
      unwatch();
    }
  }

  return {
    get open() {
      return slots.open;
    },
    reserve({ caller, clientAddress }) {
      if (isDraining) throw shuttingDown();
      return slots.take(caller.viewer?.userId ?? clientAddress);
    },
    async run(request, response) {
      const ending = new AbortController();
      const ended = requestScope.run(request.scope, () => carry(request, response, ending));
      running.set(ending, ended);
      if (isDraining) ending.abort(new StreamEnd(shuttingDown(), true));
      await ended.finally(() => running.delete(ending));
    },
    async drain(timeoutMs) {
      isDraining = true;
      for (const ending of running.keys()) ending.abort(new StreamEnd(shuttingDown(), true));
      await Promise.race([Promise.all(running.values()), sleep(timeoutMs, undefined, { ref: false })]);
    },
  };
}

function shuttingDown() {
  return codedError('The gateway is being restarted: come back after the last cursor.', {
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: 1,
  });
}
