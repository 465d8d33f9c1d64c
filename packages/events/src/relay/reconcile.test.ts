import { expect, test } from 'vitest';
import type { LogState } from './log-writer.ts';
import type { History } from './outbox-rows.ts';
import { type Finding, judge } from './reconcile.ts';

const log = (head: number | null, lastEntry: LogState['lastEntry']): LogState => ({
  head,
  isVerified: true,
  lastEntry,
});
/** What the database knows of a history without gaps, as far as one looks at it after `head`. */
const history = (last: number, oldest: number, eventId: string | null, head = 0): History => ({
  last,
  oldest,
  following: last - Math.max(head, oldest - 1),
  eventId,
});
const at = (position: number, eventId = 'a') => ({ position, eventId });

const cases: [title: string, log: LogState, known: History, Finding][] = [
  ['a log that was never written', log(null, null), history(0, 0, null), 'lost'],
  ['a log without events', log(0, null), history(0, 0, null), 'sound'],
  ['the first events are not appended yet', log(0, null), history(3, 1, null), 'sound'],
  ['a complete log', log(5, at(5)), history(5, 1, 'a', 5), 'sound'],
  ['the last events are not appended', log(5, at(5)), history(9, 1, 'a', 5), 'sound'],
  ['the log ends just before the oldest event', log(5, at(5)), history(9, 6, null, 5), 'sound'],
  ['events between log and outbox are gone', log(5, at(5)), history(9, 7, null, 5), 'lost'],
  ['Redis was emptied', log(null, null), history(5, 1, null), 'lost'],
  ['only the stream was deleted', log(5, null), history(5, 1, 'a', 5), 'lost'],
  ['only the head was deleted', log(null, at(5)), history(5, 1, null), 'lost'],
  ['the log is ahead of the database', log(6, at(6)), history(5, 1, null, 6), 'other-history'],
  ['another event stands at the head', log(5, at(5, 'b')), history(5, 1, 'a', 5), 'other-history'],
  [
    'the database goes on elsewhere than at the head, where it was set back',
    log(5, at(5)),
    { last: 1_000, oldest: 1, following: 3, eventId: 'a' },
    'other-history',
  ],
  [
    'the database has gone on elsewhere, and the log is of what was before',
    log(9, at(9, 'b')),
    { last: 1_000, oldest: 1, following: 3, eventId: null },
    'other-history',
  ],
];

test.each(cases)('%s', (_title, state, known, finding) => {
  expect(judge(state, known)).toBe(finding);
});
