const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal aborts. All fetches of one operation wait for the same signal: one listener serves them, and a
 * set is cheaper to enter and to leave than the signal's own list.
 *
 * @returns takes the callback back
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = listening.get(signal);
  if (!callbacks) {
    const added = new Set<() => void>();
    callbacks = added;
    listening.set(signal, added);
    const callAll = () => {
      for (const call of added) call();
    };
    signal.addEventListener('abort', callAll, { once: true });
  }
  const entered = callbacks;
  entered.add(callback);
  return () => entered.delete(callback);
}
