import { setTimeout as sleep } from 'node:timers/promises';

export interface BackOff {
  /** Before the first retry, in milliseconds; doubled for each further one. */
  initialMs: number;
  maxMs: number;
}

/** Between half and all of the doubled delay, at random, so that a thousand streams do not come back in the same instant. */
export function backOffMs(attempt: number, { initialMs, maxMs }: BackOff, random = Math.random): number {
  const ceiling = Math.min(maxMs, initialMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + random() * (ceiling / 2);
}

/** Sleeps before retry number `attempt`; returns early, without an error, when the signal aborts. */
export async function backOff(attempt: number, limits: BackOff, signal: AbortSignal): Promise<void> {
  await sleep(backOffMs(attempt, limits), undefined, { signal, ref: false }).catch(() => undefined);
}
