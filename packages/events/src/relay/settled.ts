import { withinTime } from '../shared/deadline.ts';
import type { WakeUp } from '../shared/wake-up.ts';

/** Another process' progress is not announced here, so it is looked for. */
const POLL_MS = 20;

/** What `settle` asks while it waits. */
export interface SettleOptions {
  timeoutMs: number;
  /** The highest position of the events; null when one has none yet, or it cannot be learned now. */
  lastPosition(): Promise<number | null>;
  /** Whether the log reaches up to this position. */
  isPublished(position: number): Promise<boolean>;
  progress: WakeUp;
}

/** Waits until events are in the log. @returns false when the time was not enough */
export async function settle(options: SettleOptions): Promise<boolean> {
  const deadline = Date.now() + options.timeoutMs;
  let position: number | null = null;
  for (;;) {
    position ??= (await withinTime(options.lastPosition(), deadline - Date.now())) ?? null;
    if (position !== null && (await withinTime(options.isPublished(position), deadline - Date.now())))
      return true;
    const left = deadline - Date.now();
    if (left <= 0) return false;
    await options.progress.sleep(Math.min(left, POLL_MS));
  }
}
