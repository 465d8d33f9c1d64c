import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue, type EventName, eventDefinition, eventNamesOf } from './index.ts';

const names = Object.keys(catalogue) as EventName[];

test('the catalogue has the events of every domain, and no two of one name', async () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter(
    (file) => !/^(define|index)\.ts$|\.test\.ts$/.test(file),
  );
  const domains = await Promise.all(files.map((file) => import(new URL(file, import.meta.url).href)));
  const all = domains.flatMap((events) =>
    Object.values(events).flatMap((entries) => Object.keys(entries as object)),
  );
  expect(names.toSorted()).toEqual(all.toSorted());
});

test.each(names)('the key of %s is a field of its payload', (name) => {
  const { key, payload } = eventDefinition(name);
  if (key !== undefined) expect(Object.keys(payload.shape)).toContain(key);
});

test('the events of a domain are found by their owner', () => {
  expect(eventNamesOf('auth')).toEqual(expect.arrayContaining(['userCreated', 'sessionRevoked']));
  expect(eventNamesOf('auth')).not.toContain('userUpdated');
  expect(eventNamesOf('nobody')).toEqual([]);
});
