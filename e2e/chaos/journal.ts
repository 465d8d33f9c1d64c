import type { Committed } from './truth.ts';

/** What was tried: `mark` is what a committed event of it would carry. */
export interface Attempt {
  event: 'eventCreated' | 'eventUpdated' | 'registrationCreated' | 'registrationCancelled';
  mark: string;
  /** `lost`: no answer came, or one that does not say whether it was committed. */
  outcome: 'acknowledged' | 'refused' | 'lost';
}

/** What became of the mutations, by the word of the database. */
export interface Resolution {
  acknowledged: number;
  /** Without an answer; and of these, committed. */
  lostAnswers: number;
  lostAnswersCommitted: number;
  /** Acknowledged, and not in the database. */
  broken: number;
  /** In the database without having been asked for, or after a refusal, or more often than asked for. */
  unasked: number;
}

/** What a committed event carries of the mutation that made it. */
function markOf({ name, payload }: Committed): string {
  const { title, eventId, attendeeId } = payload;
  return name.startsWith('registration') ? `${eventId} ${attendeeId}` : String(title);
}

/** Told beside `eventCreated`, in one transaction with it, to the domain that decides on access. */
const isTwin = ({ name }: Committed) => name === 'eventOwned';

/** Asks the database, at the end, what became of each attempt. */
export function resolve(attempts: readonly Attempt[], committed: readonly Committed[]): Resolution {
  const counts = new Map<string, { acknowledged: number; lost: number; committed: number }>();
  const countOf = (event: string, mark: string) => {
    const key = `${event} ${mark}`;
    const count = counts.get(key) ?? { acknowledged: 0, lost: 0, committed: 0 };
    counts.set(key, count);
    return count;
  };
  for (const { event, mark, outcome } of attempts) if (outcome !== 'refused') countOf(event, mark)[outcome]++;
  for (const event of committed) if (!isTwin(event)) countOf(event.name, markOf(event)).committed++;

  const resolution = { acknowledged: 0, lostAnswers: 0, lostAnswersCommitted: 0, broken: 0, unasked: 0 };
  for (const count of counts.values()) {
    const beyond = count.committed - count.acknowledged;
    resolution.acknowledged += count.acknowledged;
    resolution.lostAnswers += count.lost;
    resolution.lostAnswersCommitted += Math.min(count.lost, Math.max(0, beyond));
    resolution.broken += Math.max(0, -beyond);
    resolution.unasked += Math.max(0, beyond - count.lost);
  }
  return resolution;
}
