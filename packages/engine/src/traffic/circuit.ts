import { CircuitState, SamplingBreaker } from 'cockatiel';
import type { CircuitPolicy } from './policy.ts';

export type CircuitPosition = 'closed' | 'open' | 'half-open';

/** Keeps requests from a subgraph that is in trouble. */
export interface Circuit {
  readonly position: CircuitPosition;
  /**
   * Asks whether an exchange may be sent.
   *
   * @returns the position in which it is sent, which `note` wants to know; undefined when the circuit is open, or when the one
   *   probe is on its way
   */
  admit(): CircuitPosition | undefined;
  /** Hears how an exchange went that was admitted. */
  note(admitted: CircuitPosition, isTrouble: boolean): void;
}

/**
 * A circuit breaker that samples as cockatiel does. Its policy around the samples is not used: it costs three promises per
 * exchange, and has everybody wait for a probe. Nor are the others: the bulkhead lets newcomers pass those who wait, the
 * timeout costs 6 µs where our client has its timer anyway, and retries know no budget. opossum costs five times as much.
 */
export function createCircuit(policy: CircuitPolicy): Circuit {
  const samples = new SamplingBreaker({
    threshold: policy.failureRatio,
    duration: policy.windowMs,
    minimumRps: (policy.minimumRequests * 1_000) / policy.windowMs,
  });
  let position: CircuitPosition = 'closed';
  let openedAt = 0;

  function open(): void {
    position = 'open';
    openedAt = Date.now();
  }

  return {
    get position() {
      return position;
    },
    admit() {
      if (position === 'closed') return position;
      // Nobody waits for the probe: they had better know at once.
      if (position === 'half-open' || Date.now() - openedAt < policy.openMs) return undefined;
      position = 'half-open';
      return position;
    },
    note(admitted, isTrouble) {
      const state = admitted === 'closed' ? CircuitState.Closed : CircuitState.HalfOpen;
      if (!isTrouble) {
        samples.success(state);
        if (admitted === 'half-open') position = 'closed';
        // What was sent before the circuit opened does not decide over the probe.
      } else if (samples.failure(state) && position === admitted) open();
    },
  };
}

/** Lets everything pass, for subgraphs that are to be asked whatever they answered before. */
export const noCircuit: Circuit = { position: 'closed', admit: () => 'closed', note() {} };
