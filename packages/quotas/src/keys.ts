/** What is kept in Redis begins with this. */
const prefix = 'kronos:quotas';

/** Subjects that were counted in an hour and not read yet: a set of `<hour>|<subject>`. */
export const touchedKey = `${prefix}:touched`;

/** How much of a caller's bucket is used: `<units> <at, ms> <capacity, units>`; gone when the bucket is full again. */
export function bucketKey(subject: string): string {
  return `${prefix}:bucket:${subject}`;
}

/** A hash of `<subject>|points`, `<subject>|requests` and `<subject>|throttled`. @param hour e.g. `2026-11-30T14`, UTC */
export function hourKey(hour: string): string {
  return `${prefix}:hour:${hour}`;
}

/** A hash of subjects and the points that they have spent, and of `<subject>|limit`, of those whose policy limits the month. @param month e.g. `2026-11`, UTC */
export function monthKey(month: string): string {
  return `${prefix}:month:${month}`;
}

/** The hour in UTC as it stands in keys. */
export function hourOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 13);
}

/** The month in UTC as it stands in keys. */
export function monthOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 7);
}

/**
 * The hour and the month about now. Which of two it is decides the clock of Redis, on which all processes agree: a script
 * has to name its keys before it knows the time.
 */
export interface Periods {
  /** Until when these hold, in milliseconds of this process's clock. */
  until: number;
  hourBoundary: number;
  monthBoundary: number;
  /** The hour before the boundary, the one after it, and the months likewise. */
  keys: [hourBefore: string, hourAfter: string, monthBefore: string, monthAfter: string];
}

const hourMs = 3_600_000;

/** The nearest boundaries: clocks may differ by half an hour. @param now by this process's clock */
export function periodsAbout(now: number): Periods {
  const hourBoundary = Math.round(now / hourMs) * hourMs;
  const date = new Date(now);
  const isSecondHalf = date.getUTCDate() > 15;
  const monthBoundary = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + (isSecondHalf ? 1 : 0));
  return {
    until: hourBoundary + hourMs / 2,
    hourBoundary,
    monthBoundary,
    keys: [
      hourKey(hourOf(hourBoundary - 1)),
      hourKey(hourOf(hourBoundary)),
      monthKey(monthOf(monthBoundary - 1)),
      monthKey(monthOf(monthBoundary)),
    ],
  };
}
