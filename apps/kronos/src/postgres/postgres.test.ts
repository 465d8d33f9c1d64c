import { chmodSync, existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import getPort from 'get-port';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { startPart } from '../processes/part.ts';
import { createTerminal } from '../terminal.ts';
import { temporaryHome } from '../testing/temporary-home.ts';
import { embeddedPostgres } from './part.ts';
import { postgresPlace } from './place.ts';

const isRoot = process.getuid?.() === 0;

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function start(home: string) {
  const said: string[] = [];
  const terminal = createTerminal((text) => said.push(text));
  const port = await getPort({ host: '127.0.0.1' });
  const postgres = await embeddedPostgres({ home, port, password: 'secret' });
  const part = await startPart(postgres.part, { home, terminal, signal: new AbortController().signal });
  const pid = JSON.parse(await readFile(join(home, 'parts', 'postgres.json'), 'utf8')).pid as number;
  return { url: postgres.adminUrl, part, pid, said };
}

test('a PostgreSQL comes back after kill -9 and after a restart, with what was committed', async () => {
  await using home = temporaryHome();
  const { url, part, pid, said } = await start(home.folder);
  await query(url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
  await expect(query(url.replace('secret', 'wrong'), 'SELECT 1')).rejects.toThrow(
    'password authentication failed',
  );

  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(said.join('')).toContain('PostgreSQL runs again'), 20_000);
  expect(await query(url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  await part.stop();

  const second = await start(home.folder);
  expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  await second.part.stop();
});

test('what an interrupted creation has left is no obstacle', async () => {
  await using home = temporaryHome();
  const place = await postgresPlace(home.folder);
  await mkdir(join(place.folder, 'draft'));
  await writeFile(join(place.folder, 'draft', 'PG_VERSION'), '18');
  const { part } = await start(home.folder);
  await part.stop();
});

test.runIf(isRoot)('for root, a home that PostgreSQL may not enter gets a place that it may', async () => {
  await using home = temporaryHome();
  chmodSync(home.folder, 0o700);
  const place = await postgresPlace(home.folder);
  try {
    expect(place.folder).toMatch(/^\/(var\/lib|var\/db|opt)\/kronos\/[0-9a-f]{16}$/);
    expect((await stat(place.folder)).uid).toBe(place.account.uid);
    expect(await postgresPlace(home.folder)).toEqual(place);
    chmodSync(home.folder, 0o711);
    expect((await postgresPlace(home.folder)).folder).toBe(place.folder);
  } finally {
    await rm(place.folder, { recursive: true, force: true });
  }
});

test.runIf(isRoot)('a home that was deleted and made again does not meet the data of the first', async () => {
  await using parent = temporaryHome();
  const home = join(parent.folder, 'home');
  const places = [];
  for (let time = 0; time < 2; time++) {
    await mkdir(home, { mode: 0o700 });
    places.push((await postgresPlace(home)).folder);
    await rm(home, { recursive: true });
    // Its number would otherwise be that of the next folder.
    await mkdir(join(parent.folder, `other-${time}`));
  }
  try {
    expect(places[1]).not.toBe(places[0]);
  } finally {
    for (const place of places) await rm(place, { recursive: true, force: true });
  }
});

test.runIf(isRoot)('for root, data follow when their home is closed to PostgreSQL', async () => {
  await using home = temporaryHome();
  const { url, part } = await start(home.folder);
  await query(url, 'CREATE TABLE kept ()');
  await part.stop();
  chmodSync(home.folder, 0o700);
  const second = await start(home.folder);
  const { folder } = await postgresPlace(home.folder);
  try {
    expect(await query(second.url, 'SELECT * FROM kept')).toEqual([]);
    expect(existsSync(join(folder, 'data', 'PG_VERSION'))).toBe(true);
    expect(folder.startsWith(home.folder)).toBe(false);
  } finally {
    await second.part.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
