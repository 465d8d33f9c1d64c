import { deadline } from './deadline.ts';
import { isAlive, type ProcessIdentity } from './identity.ts';

/**
 * Ends a process that need not be our child: asks with `signal`, and kills it when it has not ended in time.
 *
 * @param patienceMs how long it may take to end by itself, in milliseconds
 */
export async function stopProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<void> {
  if (!(await isAlive(identity))) return;
  send(identity.pid, signal);
  const hasEnded = await deadline(patienceMs, async () => !(await isAlive(identity)));
  if (hasEnded) return;
  send(identity.pid, 'SIGKILL');
  await deadline(5_000, async () => !(await isAlive(identity)));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
