import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { measureTree, type ProcessMemory } from './process-tree.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const megabyte = 1 << 20;
/** Idle database connections are closed after ten seconds. */
const atRestMs = 15_000;

/** Starts the system as `npm start` does and waits for its last line. */
async function start(home: string): Promise<{ child: ChildProcess; seconds: number }> {
  const begin = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, KRONOS_HOME: home, KRONOS_PORT: process.env.KRONOS_PORT ?? '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (/^Kronos is ready: /m.test(output)) resolve();
    });
    child.on('exit', () => reject(new Error(`Kronos did not start:\n${output}`)));
  });
  return { child, seconds: (performance.now() - begin) / 1000 };
}

async function stop(child: ChildProcess): Promise<number> {
  const begin = performance.now();
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
  return (performance.now() - begin) / 1000;
}

function printMemory(title: string, processes: readonly ProcessMemory[]): void {
  const sum = (key: 'rss' | 'pss') =>
    (processes.reduce((total, memory) => total + (memory[key] ?? 0), 0) / megabyte).toFixed(0);
  console.log(`${title}: RSS ${sum('rss')} MB, PSS ${sum('pss')} MB, ${processes.length} processes`);
  for (const { command, rss, pss } of [...processes].sort((a, b) => b.rss - a.rss).slice(0, 4))
    console.log(
      `  ${(rss / megabyte).toFixed(0).padStart(4)} MB RSS ${((pss ?? 0) / megabyte).toFixed(0).padStart(4)} MB PSS  ${command.replaceAll(root, '').slice(0, 80)}`,
    );
}

const home = await mkdtemp(join(tmpdir(), 'kronos-bench-'));
// PostgreSQL's own user may enter it, and leaves nothing elsewhere.
await chmod(home, 0o711);
try {
  const first = await start(home);
  console.log(`first start, with everything installed: ${first.seconds.toFixed(1)} s`);
  console.log(`stop: ${(await stop(first.child)).toFixed(1)} s`);
  const second = await start(home);
  console.log(`second start: ${second.seconds.toFixed(1)} s`);
  const measure = (moment: string) => {
    const tree = measureTree(second.child.pid ?? 0);
    printMemory(`${moment}, with npm`, tree);
    printMemory(
      `${moment}, the system itself`,
      tree.filter(({ command }) => !/^npm\b/.test(command)),
    );
  };
  measure('just after the start');
  await setTimeout(atRestMs);
  measure('at rest');
  await stop(second.child);
} finally {
  await rm(home, { recursive: true, force: true });
}
