import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** What a process has used since its start. */
export interface Usage {
  /** All its threads together. */
  cpuMs: number;
  peakRssBytes: number;
  /** What it has now. */
  rssBytes: number;
  /** 99th percentile of what has been measured last. */
  loopDelayMs: number;
  /** The longest of the same. */
  longestLoopDelayMs: number;
}

export interface BenchProcess {
  readonly name: string;
  /** Sends a message and waits for the answer that has this key. */
  ask<T>(message: string, key: string): Promise<T>;
  /** Sends a message that nobody answers. */
  tell(message: string): void;
  /** Waits until `isReady` says so; throws with the output when the process ends before. */
  ready(isReady: () => Promise<boolean>): Promise<void>;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  name: string;
  /** The words after `node`. */
  args: readonly string[];
  env?: Record<string, string>;
  /** The core that it is bound to, where that is possible. */
  core: number;
}

const startMs = 120_000;
const stopMs = 3_000;
const probe = fileURLToPath(new URL('./probe.mjs', import.meta.url));
const running = new Set<ChildProcess>();
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

/** Binds this very process to a core; false where the system has no `taskset`, or one core alone. */
export function pinSelf(core: number): boolean {
  return canPin && spawnSync('taskset', ['-acp', String(core), String(process.pid)]).status === 0;
}

/** Starts a Node process that can be asked for its usage. It ends with this process, however that ends. */
export function startProcess({ name, args, env, core }: ProcessOptions): BenchProcess {
  const command = [process.execPath, '--import', probe, ...args];
  if (canPin) command.unshift('taskset', '-c', String(core));
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...inherited(), NODE_ENV: 'production', BENCH_NAME: name, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  let output = '';
  const keep = (text: string) => {
    output = (output + text).slice(-4_000);
  };
  child.stdout!.setEncoding('utf8').on('data', keep);
  child.stderr!.setEncoding('utf8').on('data', keep);
  const ended = once(child, 'exit').then(() => {
    running.delete(child);
  });
  const failure = () => new Error(`${name} has ended:\n${output}`);

  return {
    name,
    async ask<T>(message: string, key: string): Promise<T> {
      const answer = new Promise<T>((resolve) => {
        child.on('message', function listen(found: Record<string, T>) {
          if (!(key in found)) return;
          child.off('message', listen);
          resolve(found[key]!);
        });
      });
      child.send(message);
      return Promise.race([answer, ended.then(() => Promise.reject(failure()))]);
    },
    tell(message) {
      child.send(message);
    },
    stop: () => stop(child),
    async ready(isReady) {
      const deadline = performance.now() + startMs;
      while (!(await isReady().catch(() => false))) {
        if (!running.has(child)) throw failure();
        if (performance.now() > deadline) throw new Error(`${name} does not answer:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

/** Nothing that would configure a gateway: figures must not depend on the shell that the bench was started from. */
function inherited(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** Ends every process that was started. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stop));
}

/** The probe ends its process when the channel closes, force when it does not. */
async function stop(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const ended = once(child, 'exit');
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}
