import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createTerminal } from '../terminal.ts';
import { temporaryHome } from '../testing/temporary-home.ts';
import { deadline } from './deadline.ts';
import { type PartDefinition, startPart } from './part.ts';

const lasting = "console.log('hello'); setInterval(() => {}, 1000)";

function definitionOf(program: string, home: string, overrides: Partial<PartDefinition> = {}) {
  const pids: number[] = [];
  const log = join(home, 'logs', 'part.log');
  const hellos = async () => (await readFile(log, 'utf8')).split('hello').length - 1;
  const definition: PartDefinition = {
    name: 'part',
    title: 'The part',
    spawn: () => {
      const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
      pids.push(child.pid!);
      return child;
    },
    ready: async (signal) => {
      await deadline(10_000, async () => (await hellos()) >= pids.length, signal);
    },
    stopSignal: 'SIGTERM',
    patienceMs: 5_000,
    ...overrides,
  };
  return { definition, pids };
}

function surroundingsIn(home: string) {
  const said: string[] = [];
  const terminal = createTerminal((text) => said.push(text));
  return { said, surroundings: { home, terminal, signal: new AbortController().signal } };
}

test('a part that is killed is started again, and ends when it is stopped', async () => {
  await using home = temporaryHome();
  const { definition, pids } = definitionOf(lasting, home.folder);
  const { said, surroundings } = surroundingsIn(home.folder);
  const part = await startPart(definition, surroundings);

  process.kill(pids[0]!, 'SIGKILL');
  await vi.waitFor(() => expect(said.join('')).toContain('runs again'), 10_000);
  expect(said.join('')).toContain('The part has ended unexpectedly (SIGKILL); it is started again.');
  expect(pids).toHaveLength(2);

  await part.stop();
  expect(() => process.kill(pids[1]!, 0)).toThrow('ESRCH');
});

test('a first start that fails says why, and leaves nothing', async () => {
  await using home = temporaryHome();
  const { definition } = definitionOf("console.error('The port is taken.'); process.exit(1)", home.folder);
  const { surroundings } = surroundingsIn(home.folder);
  await expect(startPart(definition, surroundings)).rejects.toThrow('The port is taken.');
});

test('a program that is not there is one sentence', async () => {
  await using home = temporaryHome();
  const { definition } = definitionOf('', home.folder, {
    spawn: () => spawn('/no/such/program', { stdio: ['ignore', 'pipe', 'pipe'] }),
  });
  const { surroundings } = surroundingsIn(home.folder);
  await expect(startPart(definition, surroundings)).rejects.toThrow(/The part could not start \(.*ENOENT/);
});

test('a part that does not end by itself is killed', async () => {
  await using home = temporaryHome();
  const stubborn = `process.on('SIGTERM', () => {}); ${lasting}`;
  const { definition, pids } = definitionOf(stubborn, home.folder, { patienceMs: 200 });
  const { surroundings } = surroundingsIn(home.folder);
  const part = await startPart(definition, surroundings);
  await part.stop();
  expect(() => process.kill(pids[0]!, 0)).toThrow('ESRCH');
});
