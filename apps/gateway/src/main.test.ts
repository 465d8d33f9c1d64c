import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { compose, startForeignGraph } from '@kronos/engine/testing';
import { expect, test } from 'vitest';
import { openStream } from './testing/open-stream.ts';
import { writeSupergraph } from './testing/write-supergraph.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
// Nothing of what surrounds the test: no Redis, no database, no Kronos.
const { PATH, NODE_COMPILE_CACHE } = process.env;
const bare = { PATH, NODE_COMPILE_CACHE, KRONOS_HOME: '/nonexistent' };

async function failToStart(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [main, ...args], { env: { ...bare, ...environment } });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, 'exit');
  return { code, errors };
}

test('a foreign supergraph runs with nothing else in reach, and stops in order', async () => {
  await using graph = await startForeignGraph();
  const supergraph = writeSupergraph(graph.supergraphSdl);
  const child = fork(main, ['--supergraph', supergraph.file, '--port', '0'], { env: bare, silent: true });
  const [message] = (await once(child, 'message')) as [{ type: string; url: string }];
  expect(message).toEqual({
    type: 'ready',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/),
  });

  const answer = await fetch(message.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ person(id: 7) { name } }"}',
  });
  expect(await answer.json()).toMatchObject({ data: { person: { name: 'Person 7' } } });

  const stream = await openStream(message.url, 'subscription { postAdded { title } }');
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
  expect(stream.isComplete).toBe(false);
  supergraph.remove();
});

test('what hinders the start is one clear sentence', async () => {
  const missing = await failToStart(['--supergraph', '/nowhere.graphql']);
  expect(missing).toEqual({
    code: 1,
    errors: expect.stringMatching(/^The supergraph \/nowhere\.graphql cannot be read: .*\n$/),
  });

  const away = await failToStart(['--supergraph', 'http://127.0.0.1:1/supergraph']);
  expect(away).toEqual({
    code: 1,
    errors: expect.stringMatching(/^The supergraph http.* cannot be fetched: .*\n$/),
  });

  const wrong = await failToStart([], { KRONOS_PORT: 'eleven', REDIS_URL: 'nonsense' });
  expect(wrong.code).toBe(1);
  expect(wrong.errors).toMatch(/KRONOS_PORT is "eleven".*\n.*REDIS_URL is "nonsense"/);

  const flags = await failToStart(['--prot', '1']);
  expect(flags).toMatchObject({ code: 1, errors: expect.stringContaining('Usage: main.ts') });
});

test('a supergraph that cannot be served is refused with one clear sentence', async () => {
  const sdl = compose({ a: { sdl: 'type Query { secret: Int }' } });
  const supergraph = writeSupergraph(
    sdl.replace('https://specs.apollo.dev/join/', 'https://specs.apollo.dev/jion/'),
  );
  const { code, errors } = await failToStart(['--supergraph', supergraph.file, '--port', '0']);
  expect(code).toBe(1);
  expect(errors).toMatch(/^The supergraph .* cannot be served: .*\n$/);
  supergraph.remove();
});
