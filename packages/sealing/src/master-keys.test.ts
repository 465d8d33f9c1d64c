import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commonEnvironment, EnvironmentError, parseEnvironment } from '@kronos/service/environment';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { masterKeysEnvironment, openMasterKeys } from './master-keys.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kronos-master-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const entry = (id: string, bytes = 32) => `${id}:${randomBytes(bytes).toString('base64')}`;
const open = (environment: NodeJS.ProcessEnv) =>
  openMasterKeys(
    parseEnvironment(
      { ...commonEnvironment, ...masterKeysEnvironment },
      { KRONOS_HOME: home, ...environment },
    ),
  );
const idsOf = (keys: () => readonly { id: string }[]) => keys().map(({ id }) => id);

test('the variable counts more than the file, its first key is the current one', () => {
  writeFileSync(join(home, 'master-keys'), entry('filed'));
  expect(idsOf(open({ KRONOS_MASTER_KEYS: `${entry('b')}, ${entry('a')}` }))).toEqual(['b', 'a']);
  expect(idsOf(open({}))).toEqual(['filed']);
});

test('a file that has changed is read again, and one that went wrong leaves what was known', () => {
  const file = join(home, 'elsewhere');
  writeFileSync(file, `${entry('a')}\n`);
  const keys = open({ KRONOS_MASTER_KEYS_FILE: file });
  writeFileSync(file, `${entry('b')}\n${entry('a')}\n`);
  expect(idsOf(keys)).toEqual(['b', 'a']);
  writeFileSync(file, 'nonsense');
  expect(idsOf(keys)).toEqual(['b', 'a']);
  rmSync(file);
  expect(idsOf(keys)).toEqual(['b', 'a']);
  writeFileSync(file, entry('c'));
  expect(idsOf(keys)).toEqual(['c']);
});

test('without keys there is no start', () => {
  expect(() => open({})).toThrow(/KRONOS_MASTER_KEYS is not set, and there is no file .*master-keys/);
  writeFileSync(join(home, 'master-keys'), entry('a', 16));
  expect(() => open({})).toThrow(/cannot be read/);
});

test.each([
  ['no id', () => randomBytes(32).toString('base64')],
  ['16 bytes', () => entry('a', 16)],
  ['33 bytes', () => entry('a', 33)],
  ['an id with capitals', () => entry('A')],
  ['an id that stands there twice', () => `${entry('a')},${entry('a')}`],
  ['one right and one wrong', () => `${entry('a')},${entry('b', 8)}`],
  ['a comma alone', () => ','],
])('a list with %s is refused, and not repeated', (_name, make) => {
  const text = make();
  expect(() => open({ KRONOS_MASTER_KEYS: text })).toThrow(EnvironmentError);
  try {
    open({ KRONOS_MASTER_KEYS: text });
  } catch (error) {
    if (text.length > 1) expect((error as Error).message).not.toContain(text);
  }
});
