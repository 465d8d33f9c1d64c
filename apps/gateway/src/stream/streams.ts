import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { codedError, type PlannedSubscription } from '@kronos/engine';
import type { GatewayContext } from '../context.ts';
import type { RequestScope } from '../errors/request-scope.ts';
import { DistinctStream } from './distinct-stream.ts';
import type { StreamProtocol } from './protocol.ts';
import { createPulse, type Pulse } from './pulse.ts';
import { createStreamSlots, type StreamLimits } from './stream-slots.ts';
import type { RunningSubscription, Subscriptions } from './subscriptions.ts';

export interface StreamsOptions {
  subscriptions: Subscriptions;
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
  readonly pulse: Pulse;
  readonly subscriptions: Subscriptions;
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
   * Ends every stream so that its client comes back, to another process or to this one's successor. Many are not ended
   * all at once: those who take them over have time.
   *
   * @param timeoutMs how long it may take, clients that do not read included
   */
  drain(timeoutMs: number): Promise<void>;
}

/** Streams that are ended per millisecond when the process stops. */
const endsPerMs = 2;

export function createStreams(options: StreamsOptions): Streams {
  const { subscriptions, heartbeatMs } = options;
  const slots = createStreamSlots(options.limits);
  const pulse = createPulse(heartbeatMs);
  const closing = new Set<Promise<void>>();
  let isDraining = false;

  async function endAll(spreadMs: number): Promise<void> {
    const left: RunningSubscription[] = [...subscriptions.running];
    const begun = Date.now();
    for (let ended = 0; ended < left.length; ended++) {
      const early = begun + (spreadMs * ended) / left.length - Date.now();
      if (early > 0) await sleep(early, undefined, { ref: false });
      left[ended]!.end({ errors: [shuttingDown()], isRetriable: true });
    }
  }

  return {
    pulse,
    subscriptions,
    get open() {
      return slots.open;
    },
    reserve({ caller, clientAddress }) {
      if (isDraining) throw shuttingDown();
      return slots.take({ viewer: caller.viewer?.userId, address: clientAddress });
    },
    async run({ protocol, ...request }, response) {
      const closed = Promise.withResolvers<void>();
      closing.add(closed.promise);
      const stream = new DistinctStream(response, protocol, closed.resolve);
      const subscription = subscriptions.start({ ...request, sink: stream });
      stream.carry(subscription);
      const rest = pulse.add(() => stream.beat());
      if (isDraining) subscription.end({ errors: [shuttingDown()], isRetriable: true });
      await closed.promise;
      rest();
      closing.delete(closed.promise);
    },
    async drain(timeoutMs) {
      isDraining = true;
      const ended = async () => {
        await endAll(Math.min(timeoutMs / 2, subscriptions.running.size / endsPerMs));
        await Promise.all(closing);
      };
      await Promise.race([ended(), sleep(timeoutMs, undefined, { ref: false })]);
    },
  };
}

function shuttingDown() {
  return codedError('The gateway is being restarted: come back after the last cursor.', {
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: randomInt(1, 5),
  });
}
