const callbacks = Symbol('callbacks');

/** A signal with what is called when it aborts. Kept with the signal: a weak map of signals costs more than all the rest. */
type HeardSignal = AbortSignal & { [callbacks]?: Set<() => void> };

/**
 * Calls back when a signal aborts. All fetches of one operation wait for the same signal: one listener serves them, and a
 * set is cheaper to enter and to leave than the signal's own list.
 *
 * @returns takes the callback back
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const entered = callbacksOf(signal);
  entered.add(callback);
  return () => entered.delete(callback);
}

function callbacksOf(signal: HeardSignal): Set<() => void> {
  const known = signal[callbacks];
  if (known) return known;
  const added = new Set<() => void>();
  signal[callbacks] = added;
  const callAll = () => {
    for (const call of added) call();
  };
  signal.addEventListener('abort', callAll, { once: true });
  return added;
}
