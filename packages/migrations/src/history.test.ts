import { expect, test } from 'vitest';
import type { MigrationFile } from './files.ts';
import { type AppliedMigration, compareHistory } from './history.ts';

const file = (name: string): MigrationFile => ({ name, sql: name, checksum: `sum of ${name}` });
const row = (name: string, overrides: Partial<AppliedMigration> = {}): AppliedMigration => ({
  migration_name: name,
  checksum: `sum of ${name}`,
  finished_at: new Date(),
  rolled_back_at: null,
  ...overrides,
});
const compare = (files: string[], rows: AppliedMigration[]) => compareHistory('auth', files.map(file), rows);

test('what is not applied is pending', () => {
  expect(compare(['1', '2'], [row('1')])).toEqual({ applied: ['1'], pending: ['2'], faults: [] });
});

test('a migration that was rolled back and tried again counts by its last try', () => {
  const rows = [row('1', { finished_at: null, rolled_back_at: new Date() }), row('1')];
  expect(compare(['1'], rows)).toEqual({ applied: ['1'], pending: [], faults: [] });
});

test.each([
  ['has begun and never finished', ['1'], [row('1', { finished_at: null })]],
  ['was edited after it was applied', ['1'], [row('1', { checksum: 'another' })]],
  ['which this version does not have', [], [row('1')]],
  ['comes before one that is applied already', ['1', '2'], [row('2')]],
])('“%s” is a fault', (sentence, files, rows) => {
  const { faults } = compare(files, rows);
  expect(faults).toEqual([expect.stringContaining(sentence)]);
  expect(faults[0]).toContain('auth');
});
