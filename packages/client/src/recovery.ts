import { type BackOff, backOffMs, pause } from './back-off.ts';
import type { Credentials } from './credentials.ts';
import { Interruption, KronosError } from './errors.ts';

export interface RecoveryOptions {
  credentials: Credentials;
  backOff: BackOff;
  signal: AbortSignal;
  onRetry: ((retry: Retry) => void) | undefined;
}

export interface Retry {
  reason: Error;
  /** Counted from 0; begins anew when a connection has lasted. */
  attempt: number;
  delayMs: number;
}

/** What to do when a connection has failed, over all connections of one subscription. */
export interface Recovery {
  /** The subscription has been accepted: the next refusal is another one. */
  stands(): void;
  /** The graph wants this connection to be followed by the next one after so many milliseconds, however it ends. */
  askForDelay(milliseconds: number): void;
  /**
   * Waits until the next connection may be tried, with another token when it was the token's fault.
   *
   * @param token with which it failed
   * @param lastedMs how long it had lasted
   * @throws the error itself when trying again would not help
   */
  recover(error: unknown, token: string | undefined, lastedMs: number): Promise<void>;
}

/** A connection that lasted this long counts as a working one. */
const stableAfterMs = 1_000;

export function createRecovery({ credentials, backOff, signal, onRetry }: RecoveryOptions): Recovery {
  let attempt = 0;
  let hasRenewed = false;
  let askedMs: number | undefined;

  function isOfToken(error: unknown): error is KronosError {
    return error instanceof KronosError && error.code === 'UNAUTHENTICATED' && credentials.isRenewable;
  }

  return {
    stands() {
      hasRenewed = false;
    },
    askForDelay(milliseconds) {
      askedMs = milliseconds;
    },
    async recover(error, token, lastedMs) {
      if (lastedMs >= stableAfterMs) attempt = 0;
      let delayMs: number;
      if (error instanceof Interruption) {
        delayMs = backOffMs(attempt, backOff, error.retryAfterMs ?? askedMs);
      } else if (isOfToken(error) && !hasRenewed) {
        await credentials.renew(token);
        hasRenewed = true;
        // Nothing need be waited for, unless tokens go on being refused as soon as they are accepted.
        delayMs = attempt === 0 ? 0 : backOffMs(attempt, backOff);
      } else {
        throw error;
      }
      askedMs = undefined;
      onRetry?.({ reason: error, attempt, delayMs });
      attempt++;
      await pause(delayMs, signal);
    },
  };
}
