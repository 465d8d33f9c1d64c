import { vi } from 'vitest';

/** Waits until an assertion holds: ten seconds at most, because other tests may want the machine. */
export function soon<Value>(assertion: () => Value | Promise<Value>): Promise<Value> {
  return vi.waitFor(assertion, { timeout: 10_000, interval: 10 });
}
