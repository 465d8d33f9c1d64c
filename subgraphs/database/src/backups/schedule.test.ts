import { expect, test } from 'vitest';
import { tryParseSchedule } from './schedule.ts';

const at = (schedule: string, moment: string) => tryParseSchedule(schedule)?.matches(new Date(moment));

test.each([
  ['02:00', '2026-11-30T02:00:59Z', true],
  ['02:00', '2026-11-30T02:01:00Z', false],
  ['2:05', '2026-11-30T02:05:00Z', true],
  ['30 2 * * *', '2026-11-30T02:30:00Z', true],
  ['*/15 * * * *', '2026-11-30T02:45:00Z', true],
  ['*/15 * * * *', '2026-11-30T02:46:00Z', false],
  ['5/20 * * * *', '2026-11-30T02:25:00Z', true],
  ['0 2 * * 1-5', '2026-11-30T02:00:00Z', true],
  ['0 2 * * 7', '2026-11-29T02:00:00Z', true],
  ['0 2 * * 0', '2026-11-30T02:00:00Z', false],
  ['0 2 1,15 * *', '2026-12-15T02:00:00Z', true],
  ['0 2 1 * 1', '2026-11-30T02:00:00Z', true],
  ['0 2 1 12 *', '2026-11-01T02:00:00Z', false],
])('%s at %s: %s', (schedule, moment, expected) => expect(at(schedule, moment)).toBe(expected));

test.each(['', 'off', '25:00', '60 * * * *', '* * * *', '5-1 * * * *', '*/0 * * * *', '1-2-3 * * * *'])(
  '“%s” is no schedule',
  (text) => expect(tryParseSchedule(text)).toBeNull(),
);
