import { expect, test } from 'vitest';
import { scannedColumns } from './plans.rules.ts';

const scan = (filter?: string) => ({ 'Node Type': 'Seq Scan', 'Relation Name': 'event', Filter: filter });

test.each([
  ['(organizer_id = $1)', ['organizer_id']],
  [`((organizer_id = $1) AND (visibility = 'PUBLIC'::"EventVisibility"))`, ['organizer_id', 'visibility']],
  ['((title)::text = $1)', ['title']],
  ['("startsAt" >= $2)', ['"startsAt"']],
  ['(id = ANY ($1))', ['id']],
])('%s could be looked up', (filter, columns) => {
  expect(scannedColumns({ 'Node Type': 'Limit', Plans: [scan(filter)] })).toEqual([
    { table: 'event', columns },
  ]);
});

test.each([[undefined], ['(lower(title) = $1)'], ['((title = $1) OR (slug = $2))'], ['(a = b)']])(
  '%s has no column that an index would serve',
  (filter) => {
    expect(scannedColumns(scan(filter))).toEqual([]);
  },
);

test('what is looked up already needs nothing', () => {
  const plan = { 'Node Type': 'Index Scan', 'Relation Name': 'event', Filter: '(a = $1)' };
  expect(scannedColumns(plan)).toEqual([]);
});
