import type { Redis } from 'ioredis';
import { hourKey, monthKey, monthOf, touchedKey } from './keys.ts';

/** What a subject has used in an hour so far: numbers that only grow, but for points that were given back. */
export interface HourOfUsage {
  /** The hour's first moment, in UTC. */
  hour: Date;
  subject: string;
  points: number;
  requests: number;
  /** Requests that were refused. */
  throttled: number;
}

/** Reads what the quotas in Redis have counted, for whoever keeps it for longer than three days. */
export interface UsageReader {
  /**
   * Hours of subjects whose usage has changed since it was last confirmed.
   *
   * @param limit how many at most; fewer mean that these are all
   */
  changed(limit: number): Promise<HourOfUsage[]>;
  /** Says that these are kept. What has changed since it was read comes again. */
  confirm(hours: readonly HourOfUsage[]): Promise<void>;
  /** What subjects have spent this month, of those whose policy limits the month. */
  month(subjects: readonly string[]): Promise<MonthOfUsage[]>;
}

/** What a subject has spent in a month. */
export interface MonthOfUsage {
  subject: string;
  /** In UTC, e.g. `2026-11`. */
  month: string;
  points: number;
  /** The points of the month by the policy that was applied last. */
  limit: number;
}

const counters = ['points', 'requests', 'throttled'] as const;

/** KEYS: touched, hours… ARGV: for each hour: member, subject, points, requests, throttled. */
const CONFIRM = `
for index = 2, #KEYS do
  local at = 5 * (index - 2)
  local subject = ARGV[at + 2]
  local isSame = true
  for offset, counter in ipairs({ 'points', 'requests', 'throttled' }) do
    local value = redis.call('HGET', KEYS[index], subject .. '|' .. counter) or '0'
    if value ~= ARGV[at + 2 + offset] then isSame = false end
  end
  if isSame then redis.call('SREM', KEYS[1], ARGV[at + 1]) end
end
return 1`;

/** @param redis stays the caller's to close */
export function createUsageReader(redis: Redis): UsageReader {
  return {
    async changed(limit) {
      const members = (await redis.srandmember(touchedKey, limit)) ?? [];
      const pipeline = redis.pipeline();
      for (const member of members) {
        const [hour, subject] = splitMember(member);
        pipeline.hmget(hourKey(hour), ...counters.map((counter) => `${subject}|${counter}`));
      }
      const answers = (await pipeline.exec()) ?? [];
      return members.map((member, index) => {
        const [error, values] = answers[index]!;
        if (error) throw error;
        const [points, requests, throttled] = (values as (string | null)[]).map(Number);
        const [hour, subject] = splitMember(member);
        return {
          hour: new Date(`${hour}:00:00Z`),
          subject,
          points: points!,
          requests: requests!,
          throttled: throttled!,
        };
      });
    },
    async confirm(hours) {
      if (hours.length === 0) return;
      const labels = hours.map(({ hour }) => hour.toISOString().slice(0, 13));
      const keys = [touchedKey, ...labels.map(hourKey)];
      const values = hours.flatMap(({ subject, points, requests, throttled }, index) => [
        `${labels[index]}|${subject}`,
        subject,
        points,
        requests,
        throttled,
      ]);
      await redis.eval(CONFIRM, keys.length, ...keys, ...values);
    },
    async month(subjects) {
      if (subjects.length === 0) return [];
      const month = monthOf(Date.now());
      const fields = subjects.flatMap((subject) => [subject, `${subject}|limit`]);
      const values = await redis.hmget(monthKey(month), ...fields);
      return subjects.flatMap((subject, index) => {
        const [points, limit] = values.slice(2 * index, 2 * index + 2);
        if (points == null || limit == null) return [];
        return [{ subject, month, points: Number(points), limit: Number(limit) }];
      });
    },
  };
}

function splitMember(member: string): [hour: string, subject: string] {
  return [member.slice(0, 13), member.slice(14)];
}
