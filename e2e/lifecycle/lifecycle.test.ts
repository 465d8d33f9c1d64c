import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { client, logIn, signUp } from '../kit/client.ts';
import { createEvent } from '../kit/graph.ts';
import { freePort, launch, makeHome, startKronos } from '../kit/kronos.ts';
import { processesThatName } from '../kit/processes.ts';

const home = makeHome();
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the first start makes everything, SIGTERM ends everything, the second start keeps the data', async () => {
  const first = await startKronos({ home });
  const ada = await signUp('Ada', first.url);
  const event = await createEvent(ada, { title: 'Kept' });
  expect(first.output().trimEnd().split('\n').at(-1)).toBe(`Kronos is ready: ${first.url}`);
  expect(await first.stop('SIGTERM')).toBe(0);
  expect(processesThatName(home)).toEqual([]);

  const second = await startKronos({ home, port: first.port });
  const found = await client(undefined, second.url).data(
    'query($id: ID!) { event(id: $id) { title organizer { displayName } } }',
    {
      id: event.id,
    },
  );
  expect(found.event).toEqual({ title: 'Kept', organizer: { displayName: 'Ada' } });
  await logIn({ email: ada.email, password: ada.password }, second.url);

  second.process.kill('SIGKILL');
  await second.stop();
  const third = await startKronos({ home, port: first.port });
  const again = await client(undefined, third.url).data('query($id: ID!) { event(id: $id) { title } }', {
    id: event.id,
  });
  expect(again.event.title).toBe('Kept');
  const administrator = await logIn(third.administrator, third.url);
  const { users } = await administrator.data(
    '{ users(first: 10) { nodes { displayName roles { name } } totalCount } viewer { scopes } }',
  );
  expect(users.totalCount).toBe(2);

  const rival = launch({ home, port: await freePort() });
  expect(await rival.exit).toBe(1);
  expect(rival.output()).toContain(third.url);
  expect(await third.stop('SIGINT')).toBe(0);
  expect(processesThatName(home)).toEqual([]);
});

test('a taken port is one clear sentence and exit code 1', async () => {
  const rival = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => rival.once('listening', resolve));
  const { port } = rival.address() as { port: number };
  const refused = launch({ home, port });
  expect(await refused.exit).toBe(1);
  expect(refused.output().trimEnd().split('\n').at(-1)).toMatch(new RegExp(`${port}.*taken`));
  rival.close();
  expect(processesThatName(home)).toEqual([]);
});

test('all faults of the environment are reported together', async () => {
  const refused = launch({ home, port: 99_999, environment: { LOG_LEVEL: 'loud', REDIS_URL: 'localhost' } });
  expect(await refused.exit).toBe(1);
  for (const name of ['KRONOS_PORT', 'LOG_LEVEL', 'REDIS_URL']) expect(refused.output()).toContain(name);
});

test('a database that refuses is one clear sentence and exit code 1', async () => {
  const closed = await freePort();
  const refused = launch({
    home,
    port: await freePort(),
    environment: { DATABASE_URL: `postgresql://kronos:secret@127.0.0.1:${closed}/postgres` },
  });
  expect(await refused.exit).toBe(1);
  expect(refused.output()).toContain(String(closed));
  expect(refused.output()).not.toContain('secret');
  expect(refused.output()).not.toMatch(/^\s+at /m);
  expect(existsSync(join(home, 'run.json'))).toBe(false);
});
