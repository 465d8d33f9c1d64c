import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const bootstrapFile = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kronos-bootstrap-'));
  const file = join(folder, 'program.ts');
  await writeFile(
    file,
    `const code: number = Number(process.argv[2]);
     process.on('SIGTERM', () => { console.log('ended in order'); process.exit(code); });
     console.log(\`on \${process.version} \${process.argv.slice(2)}\`);
     if (process.argv[3] === 'stay') setInterval(() => {}, 1000); else process.exit(code);`,
  );
  program = relative(root, file);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Node as it was before it could replace itself by another program, which is how most machines start. */
const oldNode = ['--import', 'data:text/javascript,delete process.execve'];

function start(
  nodeArgs: readonly string[],
  ...args: string[]
): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [...nodeArgs, bootstrapFile, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  return { child, output: () => text };
}

test.each([
  ['replaces itself', []],
  ['as a parent', oldNode],
])('hands over to the project’s Node with arguments and exit code (%s)', async (_how, nodeArgs) => {
  const { child, output } = start(nodeArgs, program, '3', 'go');
  expect(await once(child, 'close')).toEqual([3, null]);
  expect(output()).toBe('on v24.21.0 3,go\n');
});

test.each([
  ['replaces itself', []],
  ['as a parent', oldNode],
])('SIGTERM reaches the program, whose end is ours (%s)', async (_how, nodeArgs) => {
  const { child, output } = start(nodeArgs, program, '5', 'stay');
  await once(child.stdout!, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([5, null]);
  expect(output()).toContain('ended in order');
});

test('costs less than a third of a second when nothing is to be done', async () => {
  const { bootstrap } = (await import(bootstrapFile)) as { bootstrap(): Promise<void> };
  await bootstrap();
  const begin = performance.now();
  await bootstrap();
  expect(performance.now() - begin).toBeLessThan(300);
});

test('a program of node_modules/.bin runs on the project’s Node as well', async () => {
  const { child, output } = start([], 'vitest', '--version');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(output()).toContain('node-v24.21.0');
});
