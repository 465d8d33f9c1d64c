import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

/** What a program and its children have used. */
export interface Used {
  seconds: number;
  cpuSeconds: number;
  /** Of all its processes together, at the moment when it was most. */
  peakRssBytes: number;
  output: string;
}

const lookMs = 20;

/** Runs a program to its end. @throws Error with what it said when it fails */
export async function runProgram(command: string, args: readonly string[]): Promise<Used> {
  const begun = performance.now();
  // Only a shell tells what a program and all its children have used.
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$0" "$@"', command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peakRssBytes = 0;
  const look = setInterval(() => {
    peakRssBytes = Math.max(peakRssBytes, rssBelow(child.pid!));
  }, lookMs);
  const [output, said] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  clearInterval(look);
  const seconds = (performance.now() - begun) / 1_000;
  if (child.exitCode !== 0) throw new Error(`${command} has failed: ${said.slice(-2_000)}`);
  const [user, system] = said.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { seconds, cpuSeconds: user! + system!, peakRssBytes, output };
}

/** What all processes below one have in memory; what they share counts for each. */
function rssBelow(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + rssOf(child) + rssBelow(child), 0);
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1_024;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}
