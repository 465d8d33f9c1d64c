import { StartError } from '@kronos/service/run-service';

const short = /^(\d+)(m|h|d|w)$/;
const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/;
const minutesOf = { m: 1, h: 60, d: 1_440, w: 10_080 };

/**
 * The moment that was so long ago, e.g. for `90d`, `12h` or, as ISO 8601 writes it, `P90D`.
 *
 * @throws StartError when it is no length of time
 */
export function readSince(duration: string, now = Date.now()): Date {
  const [, count, unit] = short.exec(duration) ?? [];
  if (count) return ago(Number(count) * minutesOf[unit as keyof typeof minutesOf], now);
  const parts = iso.exec(duration)?.slice(1);
  if (!parts?.some(Boolean))
    throw new StartError(`${JSON.stringify(duration)} is no length of time such as 90d, 12h or P90D.`);
  const [weeks = 0, days = 0, hours = 0, minutes = 0] = parts.map((part) => Number(part ?? 0));
  return ago(((weeks * 7 + days) * 24 + hours) * 60 + minutes, now);
}

function ago(minutes: number, now: number): Date {
  return new Date(now - minutes * 60_000);
}
