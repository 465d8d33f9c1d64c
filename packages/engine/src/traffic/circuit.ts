import { CircuitState, circuitBreaker, handleWhenResult, SamplingBreaker } from 'cockatiel';
import type { CircuitPolicy } from './policy.ts';
import { type AnswerHead, isTrouble, type Outcome } from './retry-delay.ts';

export type CircuitPosition = 'closed' | 'open' | 'half-open';

/** Keeps requests from a subgraph that is in trouble. */
export interface Circuit {
  readonly position: CircuitPosition;
  /** Runs one exchange; undefined when the circuit is open, or when the one probe is on its way. */
  run<Answer extends AnswerHead>(
    exchange: () => Promise<Outcome<Answer>>,
  ): Promise<Outcome<Answer>> | undefined;
}

const positions: Record<CircuitState, CircuitPosition> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
};

/**
 * A circuit breaker by cockatiel, which costs 0.2 µs per request, measured on Node 24. Of its other policies none is used:
 * the bulkhead lets newcomers pass those who wait, the timeout costs 6 µs where our client has its timer anyway, and
 * retries know no budget. opossum costs five times as much.
 */
export function createCircuit(policy: CircuitPolicy): Circuit {
  const breaker = circuitBreaker(
    handleWhenResult((outcome) => isTrouble(outcome as Outcome)),
    {
      halfOpenAfter: policy.openMs,
      breaker: new SamplingBreaker({
        threshold: policy.failureRatio,
        duration: policy.windowMs,
        minimumRps: (policy.minimumRequests * 1_000) / policy.windowMs,
      }),
    },
  );
  let openedAt = 0;
  breaker.onBreak(() => {
    openedAt = Date.now();
  });

  return {
    get position() {
      return positions[breaker.state];
    },
    run(exchange) {
      const { state } = breaker;
      if (state === CircuitState.Closed) return breaker.execute(exchange);
      // cockatiel would have everybody wait for the probe: they had better know at once.
      if (state !== CircuitState.Open || Date.now() - openedAt < policy.openMs) return undefined;
      return breaker.execute(exchange);
    },
  };
}

/** Lets everything pass, for subgraphs that are to be asked whatever they answered before. */
export const noCircuit: Circuit = { position: 'closed', run: (exchange) => exchange() };
