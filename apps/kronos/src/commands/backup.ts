import {
  BackupFault,
  createBackup,
  type ListedBackup,
  listBackups,
  proveBackup,
  pruneBackups,
  restoreBackup,
  rowsOf,
  selfTest,
  storedBytes,
  verifyFiles,
} from '@kronos/backup';
import { StartError } from '@kronos/service/run-service';
import { openBackups, restoreTargetsOf, targetsOf } from '../backup/open.ts';
import { createProgressLine } from '../backup/progress-line.ts';
import { readableBytes } from '../backup/readable-bytes.ts';
import { withDatabases } from '../up/with-databases.ts';

/** Something was found wrong, which has been printed already, or nothing may be done without `--force`. */
class Refusal extends StartError {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** `kronos backup create`: backs up the domains, or some of them, and prints the backup's id. */
export async function backupCreate({ domain = [] }: { domain?: string[] }): Promise<void> {
  const backups = await openBackups();
  const manifest = await withDatabases((databases) => {
    const targets = targetsOf(databases, domain);
    return shown('Backup', (onProgress) =>
      createBackup({ ...backups, targets, isFull: domain.length === 0, onProgress }),
    );
  });
  const domains = manifest.databases.map((database) => database.domain).join(', ');
  say(
    `${rowsOf(manifest)} rows of ${domains}, ${readableBytes(storedBytes(manifest))} in ${backups.storage.location}`,
  );
  console.log(manifest.id);
}

/** `kronos backup list`: prints what the storage has, newest first. */
export async function backupList({ json }: { json?: boolean }): Promise<void> {
  const backups = await openBackups();
  const listed = await listBackups(backups);
  if (json) return console.log(JSON.stringify(listed, null, 2));
  if (listed.length === 0) say(`There is no backup in ${backups.storage.location}.`);
  for (const backup of listed) console.log(describe(backup));
}

/** `kronos backup verify`: reads backups and compares them with their manifests; with `restore` it restores them for it. */
export async function backupVerify(
  id: string | undefined,
  { restore }: { restore?: boolean },
): Promise<void> {
  const backups = await openBackups();
  const ids = id ? [idOf(id)] : await backups.storage.list();
  if (ids.length === 0) throw new StartError(`There is no backup in ${backups.storage.location}.`);
  const checks = restore
    ? await withDatabases((databases) => {
        const targets = restoreTargetsOf(databases);
        return eachOf(ids, (one) =>
          shown(one, (onProgress) => proveBackup({ ...backups, targets, id: one, onProgress })),
        );
      })
    : await eachOf(ids, (one) =>
        shown(one, (onProgress) => verifyFiles({ ...backups, id: one, onProgress })),
      );
  for (const { id: one, problems, restoredRows } of checks) {
    const good = restoredRows === null ? 'whole' : `whole, ${restoredRows} rows restored and compared`;
    console.log(`${one}: ${problems.length === 0 ? good : 'NOT GOOD'}`);
    for (const problem of problems) console.log(`  ${problem}`);
  }
  if (checks.some(({ problems }) => problems.length > 0)) throw new Refusal('Not every backup is good.', 1);
}

/** `kronos backup restore`: restores a backup into place, or beside. */
export async function backupRestore(
  id: string,
  { force, beside, domain }: { force?: boolean; beside?: boolean; domain?: string[] },
): Promise<void> {
  const backups = await openBackups();
  const restored = await refusing(
    withDatabases((databases) => {
      const targets = restoreTargetsOf(databases);
      const mode = beside ? 'BESIDE' : 'IN_PLACE';
      return shown('Restore', (onProgress) =>
        restoreBackup({ ...backups, targets, id: idOf(id), domains: domain, mode, force, onProgress }),
      );
    }),
  );
  for (const { domain: one, database, rows, replaced } of restored)
    console.log(`${one}: ${rows} rows in ${database}${replaced ? `; what was there is ${replaced}` : ''}`);
}

/** `kronos backup prune`: removes backups that are neither among the newest nor young enough. */
export async function backupPrune({ keep, olderThan }: { keep?: number; olderThan?: number }): Promise<void> {
  if (keep === undefined && olderThan === undefined)
    throw new StartError('Say what may go: --keep <number>, --older-than <days>, or both.');
  const backups = await openBackups();
  const removed = await pruneBackups({ ...backups, retention: { keep, olderThanDays: olderThan } });
  for (const id of removed) console.log(id);
  say(`${removed.length} removed.`);
}

/** `kronos backup self-test`: makes a backup of a small database of its own, restores it, and removes both. */
export async function backupSelfTest(): Promise<void> {
  const backups = await openBackups();
  const check = await withDatabases((databases) => {
    const [target] = restoreTargetsOf(databases);
    if (!target) throw new StartError('There is no domain that has a database.');
    return shown('Self-test', (onProgress) => selfTest({ ...backups, target, onProgress }));
  });
  for (const problem of check.problems) console.log(problem);
  if (check.problems.length > 0) throw new Refusal('The self-test has failed.', 1);
  console.log(`Backed up, restored, compared: ${check.restoredRows} rows.`);
}

/** `kronos backup targets`: prints the databases that a backup has. */
export async function backupTargets(): Promise<void> {
  await withDatabases(async (databases) => {
    for (const { domain, url, owner } of targetsOf(databases)) {
      const { hostname, port, pathname } = new URL(url);
      console.log(`${domain}: ${hostname}:${port || 5432}${pathname} of ${owner}`);
    }
  });
}

async function shown<Result>(
  title: string,
  work: (onProgress: ReturnType<typeof createProgressLine>['onProgress']) => Promise<Result>,
): Promise<Result> {
  const line = createProgressLine(title);
  try {
    return await work(line.onProgress);
  } finally {
    line.end();
  }
}

async function eachOf<Result>(
  ids: readonly string[],
  work: (id: string) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const id of ids) results.push(await work(id));
  return results;
}

async function refusing<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    const isRefused = error instanceof BackupFault && error.reason === 'REFUSED';
    throw isRefused ? new Refusal(error.message, 3) : error;
  });
}

/** A backup may be named by its folder, too. */
function idOf(given: string): string {
  return given.replace(/\/+$/, '').replace(/^.*\//, '');
}

function describe({ id, manifest, problem, verification }: ListedBackup): string {
  if (!manifest) return `${id}  NOT READABLE: ${problem}`;
  const proof = verification
    ? `${verification.problems.length === 0 ? 'proven' : 'NOT GOOD'} ${verification.verifiedAt}`
    : 'not proven yet';
  const what = manifest.isFull ? 'all' : manifest.databases.map(({ domain }) => domain).join(', ');
  return `${id}  ${manifest.createdAt}  ${readableBytes(storedBytes(manifest))}  ${what}  ${proof}`;
}

// Standard output has what programs read; sentences for people are beside it.
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
