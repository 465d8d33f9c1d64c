import { vi } from 'vitest';

/**
 * Waits until an assertion holds, which other processes or timers bring about: on a busy machine that takes longer than the
 * second that vitest gives it.
 *
 * @returns what the assertion gives
 */
export function soon<Value>(assertion: () => Value | Promise<Value>): Promise<Value> {
  return vi.waitFor(assertion, { timeout: 20_000, interval: 20 });
}
