import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const runServiceFile = new URL('./run-service.ts', import.meta.url).href;

function run(body: string, stdio: 'ipc' | 'ignore' = 'ignore') {
  const source = `import { runService, StartError } from ${JSON.stringify(runServiceFile)};\n${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'pipe', stdio],
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output.text += chunk;
    });
  return {
    child,
    output,
    exit: Promise.all([once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')]).then(
      ([exit]) => exit,
    ) as Promise<[number | null, string | null]>,
  };
}

const lasting = `runService(async () => {
  const work = setInterval(() => {}, 1000);
  console.log('started');
  return { async close() { clearInterval(work); console.log('closed'); } };
});`;

test.each(['SIGINT', 'SIGTERM'] as const)('%s closes the work once and exits with 0', async (signal) => {
  const { child, output, exit } = run(lasting);
  await once(child.stdout!, 'data');
  child.kill(signal);
  child.kill(signal);
  expect(await exit).toEqual([0, null]);
  expect(output.text).toBe('started\nclosed\n');
});

test('the end of the parent closes the work', async () => {
  const { child, output, exit } = run(lasting, 'ipc');
  await once(child.stdout!, 'data');
  child.disconnect();
  expect(await exit).toEqual([0, null]);
  expect(output.text).toContain('closed');
});

test('a start that fails says one sentence and exits with 1', async () => {
  const { output, exit } = run(`runService(async () => { throw new StartError('The disk is full.'); });`);
  expect(await exit).toEqual([1, null]);
  expect(output.text).toBe('The disk is full.\n');
});
