import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '@kronos/service/run-service';
import { run } from '../processes/run.ts';
import type { PostgresPlace } from './place.ts';

/** The data folder of a place's cluster. */
export function dataFolder(place: PostgresPlace): string {
  return join(place.folder, 'data');
}

/** Whether a place has a cluster already. */
export async function hasCluster(place: PostgresPlace): Promise<boolean> {
  return stat(join(dataFolder(place), 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a cluster whose superuser is `postgres`, as a whole or not at all: an initdb that was killed or found the disk full
 * leaves a draft that the next start throws away.
 *
 * @param options.isDisposable leaves the files in the system's cache, for tests
 * @throws StartError with what initdb said last
 */
export async function createCluster(
  place: PostgresPlace,
  options: { password: string; isDisposable?: boolean },
): Promise<void> {
  const draft = join(place.folder, 'draft');
  const passwordFile = join(place.folder, 'password');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  try {
    await Promise.all([draft, passwordFile].map((path) => chown(path, place.account.uid, place.account.gid)));
    const { code, output } = await run(
      join(place.binaries.folder, 'bin', 'initdb'),
      [
        `--pgdata=${draft}`,
        `--pwfile=${passwordFile}`,
        '--username=postgres',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The same order and letter case on every machine, whatever locales it has.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(options.isDisposable ? ['--no-sync'] : []),
      ],
      { cwd: '/', ...identityOf(place) },
    );
    if (code !== 0) throw new StartError(`PostgreSQL could not create its data folder: ${lastLine(output)}`);
    await rename(draft, dataFolder(place));
  } finally {
    await Promise.all([rm(passwordFile, { force: true }), rm(draft, { recursive: true, force: true })]);
  }
}

/** The user and group for `spawn`; nothing when we are that user, who may not choose. */
export function identityOf(place: PostgresPlace): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { ...place.account } : {};
}

function lastLine(output: string): string {
  const complaints = output.split('\n').filter((line) => /error|fatal/i.test(line));
  return complaints.at(-1) ?? output.trim().split('\n').at(-1) ?? 'no reason given';
}
