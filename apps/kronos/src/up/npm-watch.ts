import { commandLine, identify, isAlive, type ProcessIdentity, parentOf } from '../processes/identity.ts';

const everyMs = 1_000;
// npm → its shell → the bootstrap → us.
const generations = 3;

/**
 * Calls `onEnd` when the npm that started this process has been killed: npm passes on signals, but nobody passes on
 * SIGKILL. Does nothing for a process that npm has not started.
 */
export async function watchNpm(onEnd: () => void): Promise<void> {
  if (!process.env.npm_lifecycle_event && !process.env.npm_execpath) return;
  const chain = await chainToNpm();
  if (chain.length === 0) return;
  setInterval(async () => {
    const living = await Promise.all(chain.map(isAlive));
    if (!living.every(Boolean)) onEnd();
  }, everyMs).unref();
}

async function chainToNpm(): Promise<ProcessIdentity[]> {
  const chain: ProcessIdentity[] = [];
  let pid: number | null = process.ppid;
  for (let generation = 0; generation < generations && pid; generation += 1) {
    const identity = await identify(pid);
    if (!identity) return [];
    chain.push(identity);
    if (/^npm\b|npm-cli\.js|npx-cli\.js/.test((await commandLine(pid)) ?? '')) return chain;
    pid = await parentOf(pid);
  }
  return [];
}
