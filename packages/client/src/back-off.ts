/** How long to wait before a lost connection is opened again. */
export interface BackOff {
  /** The longest wait before the first retry, in milliseconds; doubled for each further one. */
  initialMs: number;
  /** The longest wait of all, in milliseconds. */
  maxMs: number;
}

/** More than that nobody may ask for; timers, too, have a limit, beyond which they fire at once. */
const maxAskedMs = 5 * 60_000;

/**
 * The wait before retry number `attempt`, counted from 0: anything up to the doubled ceiling, at random, so that clients
 * which were cut off together do not come back together. What the graph has asked for is added to it.
 */
export function backOffMs(
  attempt: number,
  { initialMs, maxMs }: BackOff,
  askedMs = 0,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(maxMs, initialMs * 2 ** Math.min(attempt, 30));
  return Math.min(askedMs, maxAskedMs) + random() * ceiling;
}

/** Waits; returns early, without an error, when the signal aborts. The process is kept alive meanwhile. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
