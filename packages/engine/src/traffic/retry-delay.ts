import { parseRetryAfter } from '../http/retry-after.ts';
import { isLostConnection, isUnreachable } from '../http/subgraph-failure.ts';

const firstDelayMs = 50;
/** A subgraph that asks for more patience than this gets it from the client, who is told so, not from a request held open. */
const longestRetryAfterMs = 2_000;
const worthRepeating = new Set([502, 503, 504]);

/** What is read of an answer, whatever has carried it. */
export interface AnswerHead {
  status: number;
  headers: Record<string, string | string[] | undefined>;
}

/** What came of sending a request: an answer, or the error instead of one. */
export type Outcome<Answer extends AnswerHead = AnswerHead> = { answer: Answer } | { error: unknown };

/** Whether an outcome says that the subgraph is in trouble: such outcomes are repeated, and open the circuit. */
export function isTrouble(outcome: Outcome): boolean {
  return 'answer' in outcome ? worthRepeating.has(outcome.answer.status) : isUnreachable(outcome.error);
}

/**
 * How long to wait before a read is sent again, in milliseconds: what `retry-after` asks for, otherwise a random time up
 * to a limit that doubles, so that those who failed together do not come back together.
 *
 * @param attempt 0 for the first retry
 * @param random a number from 0 up to 1
 * @returns undefined when it should not be sent again
 */
export function retryDelay(outcome: Outcome, attempt: number, random = Math.random()): number | undefined {
  const backOff = random * firstDelayMs * 2 ** attempt;
  if ('error' in outcome) {
    if (!isLostConnection(outcome.error)) return undefined;
    // Mostly a kept-alive connection that the subgraph closed while we wrote: nothing is wrong with a fresh one.
    return attempt === 0 ? 0 : backOff;
  }
  if (!worthRepeating.has(outcome.answer.status)) return undefined;
  const asked = parseRetryAfter(outcome.answer.headers['retry-after']);
  if (asked === undefined) return backOff;
  return asked * 1_000 > longestRetryAfterMs ? undefined : asked * 1_000 + backOff;
}
