import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.ts';
import { identify, type ProcessIdentity } from './identity.ts';
import { stopProcess } from './stop.ts';

interface RecordedPart extends ProcessIdentity {
  stopSignal: NodeJS.Signals;
}

const patienceMs = 15_000;

/** Remembers in KRONOS_HOME that a part runs, for a start after the supervisor was killed. */
export async function recordPart(
  home: string,
  name: string,
  pid: number,
  stopSignal: NodeJS.Signals,
): Promise<void> {
  const identity = await identify(pid);
  if (!identity) return;
  await mkdir(join(home, 'parts'), { recursive: true, mode: 0o700 });
  const record: RecordedPart = { ...identity, stopSignal };
  await writeWhole(join(home, 'parts', `${name}.json`), JSON.stringify(record), 0o600);
}

/** Forgets a part that has ended. */
export async function forgetPart(home: string, name: string): Promise<void> {
  await rm(join(home, 'parts', `${name}.json`), { force: true });
}

/**
 * Stops what a killed supervisor has left behind: those very processes, never another that has got their id.
 *
 * @returns the names of the parts that still ran
 */
export async function stopLeftOvers(home: string): Promise<string[]> {
  const files = await readdir(join(home, 'parts')).catch(() => []);
  const stopped = await Promise.all(
    files
      .filter((file) => file.endsWith('.json'))
      .map(async (file) => {
        const name = file.slice(0, -'.json'.length);
        const record = await readJson<RecordedPart>(join(home, 'parts', file));
        const isRunning = record && (await identify(record.pid))?.startedAt === record.startedAt;
        if (isRunning) await stopProcess(record, record.stopSignal, patienceMs);
        await forgetPart(home, name);
        return isRunning ? [name] : [];
      }),
  );
  return stopped.flat();
}
