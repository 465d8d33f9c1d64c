import type { DomainEvent } from '../domain-event.ts';
import type { LogKeys } from '../shared/log-keys.ts';
import type { RedisLink } from '../shared/redis.ts';
import { previousOf } from '../shared/seam.ts';

/** An event with its place as numbers. */
export interface LogEntry {
  position: number;
  /** The position of the event before it: one less, but for where a history was set back and goes on. */
  previous: number;
  event: DomainEvent;
}

/** Where a log ends. */
export interface LogEnd {
  /** The last published position; null: Redis has lost its memory and is not filled again yet. */
  head: number | null;
  /** Whether the relay has found the log complete since Redis started: then no cursor beyond the head is right. */
  isVerified: boolean;
}

/** KEYS: stream, head, verified. ARGV: first position, count. One step, so that end and entries agree. */
const READ = `
return {
  redis.call('GET', KEYS[2]),
  redis.call('GET', KEYS[3]),
  redis.call('XRANGE', KEYS[1], ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])
}`;

type ReadAnswer = [
  head: string | null,
  verified: string | null,
  rows: [id: string, fields: [string, string]][],
];

/** Gives an event the form in which the log's readers handle it. */
export function toLogEntry(event: DomainEvent): LogEntry {
  return { position: Number(event.position), previous: previousOf(event), event };
}

/** Whether nothing is missing between a position and this entry. */
export function comesAfter(entry: LogEntry, position: number): boolean {
  return entry.previous === position || entry.position === position + 1;
}

/** The last published position; null: see `LogEnd`. */
export async function readHead(link: RedisLink, keys: LogKeys): Promise<number | null> {
  const head = await link.client.get(keys.head);
  return head === null ? null : Number(head);
}

/** At most `limit` entries from after `after`, and where the log ended at that moment. */
export async function readAfter(
  link: RedisLink,
  keys: LogKeys,
  after: number,
  limit: number,
): Promise<LogEnd & { entries: LogEntry[] }> {
  const { stream, head, verified } = keys;
  const answer = await link.client.eval(READ, 3, stream, head, verified, after + 1, limit);
  const [end, verifiedRun, rows] = answer as ReadAnswer;
  return {
    head: end === null ? null : Number(end),
    isVerified: verifiedRun !== null && verifiedRun === link.run,
    entries: rows.map(([, [, json]]) => toLogEntry(JSON.parse(json))),
  };
}
