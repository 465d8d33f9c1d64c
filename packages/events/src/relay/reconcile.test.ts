import { expect, test } from 'vitest';
import type { LogState } from './log-writer.ts';
import type { History } from './outbox-rows.ts';
import { type Finding, judge } from './reconcile.ts';

const log = (head: number | null, lastEntry: LogState['lastEntry']): LogState => ({
  head,
  isVerified: true,
  lastEntry,
});
const at = (position: number, eventId = 'a') => ({ position, eventId });

const cases: [title: string, log: LogState, history: History, Finding][] = [
  ['a log that was never written', log(null, null), { last: 0, oldest: 0, eventId: null }, 'lost'],
  ['a log without events', log(0, null), { last: 0, oldest: 0, eventId: null }, 'sound'],
  ['the first events are not appended yet', log(0, null), { last: 3, oldest: 1, eventId: null }, 'sound'],
  ['a complete log', log(5, at(5)), { last: 5, oldest: 1, eventId: 'a' }, 'sound'],
  ['the last events are not appended', log(5, at(5)), { last: 9, oldest: 1, eventId: 'a' }, 'sound'],
  [
    'the log ends just before the oldest event',
    log(5, at(5)),
    { last: 9, oldest: 6, eventId: null },
    'sound',
  ],
  ['events between log and outbox are gone', log(5, at(5)), { last: 9, oldest: 7, eventId: null }, 'lost'],
  ['Redis was emptied', log(null, null), { last: 5, oldest: 1, eventId: null }, 'lost'],
  ['only the stream was deleted', log(5, null), { last: 5, oldest: 1, eventId: 'a' }, 'lost'],
  ['only the head was deleted', log(null, at(5)), { last: 5, oldest: 1, eventId: null }, 'lost'],
  ['the log is ahead of the database', log(6, at(6)), { last: 5, oldest: 1, eventId: null }, 'other-history'],
  [
    'another event stands at the head',
    log(5, at(5, 'b')),
    { last: 5, oldest: 1, eventId: 'a' },
    'other-history',
  ],
];

test.each(cases)('%s', (_title, state, history, finding) => {
  expect(judge(state, history)).toBe(finding);
});
