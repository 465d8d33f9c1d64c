import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPulse } from './pulse.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('everything is called once per period, not everything at once, and nothing when it is gone', () => {
  const pulse = createPulse(800);
  const beats = Array.from({ length: 16 }, () => vi.fn());
  const stops = beats.map((beat) => pulse.add(beat));
  vi.advanceTimersByTime(100);
  expect(beats.filter((beat) => beat.mock.calls.length > 0)).toHaveLength(2);
  vi.advanceTimersByTime(700);
  for (const beat of beats) expect(beat).toHaveBeenCalledOnce();
  for (const stop of stops) stop();
  for (const stop of stops) stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(1_600);
  for (const beat of beats) expect(beat).toHaveBeenCalledOnce();
  pulse.add(beats[0]!);
  vi.advanceTimersByTime(800);
  expect(beats[0]).toHaveBeenCalledTimes(2);
});
