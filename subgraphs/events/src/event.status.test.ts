import { expect, test } from 'vitest';
import { statusOf } from './event.status.ts';

const now = new Date('2026-11-20T12:00:00Z');
const [past, future] = [new Date('2026-11-19T12:00:00Z'), new Date('2026-11-21T12:00:00Z')];
const upcoming = { publishedAt: past, cancelledAt: null, startsAt: future, endsAt: null };

test.each([
  ['a draft', { publishedAt: null }, 'DRAFT'],
  ['a draft whose time has passed', { publishedAt: null, startsAt: past }, 'DRAFT'],
  ['upcoming', {}, 'PUBLISHED'],
  ['running', { startsAt: past, endsAt: future }, 'PUBLISHED'],
  ['begun, without an end', { startsAt: past }, 'ENDED'],
  ['begun at this moment, without an end', { startsAt: now }, 'ENDED'],
  ['over', { startsAt: past, endsAt: now }, 'ENDED'],
  ['called off', { cancelledAt: past }, 'CANCELLED'],
  ['called off before it was published', { publishedAt: null, cancelledAt: past }, 'CANCELLED'],
  ['called off, its time passed', { cancelledAt: past, startsAt: past }, 'CANCELLED'],
] as const)('%s', (_name, facts, status) => {
  expect(statusOf({ ...upcoming, ...facts }, now)).toBe(status);
});
