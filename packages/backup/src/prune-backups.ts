import { forgetErasedPersons } from './erased-persons.ts';
import type { MasterKeys } from './format/keys.ts';
import { type ListedBackup, listBackups } from './list-backups.ts';
import type { BackupStorage } from './storage/storage.ts';

/** Which backups may go. At least one of the two has to be given. */
export interface Retention {
  /** So many of the newest stay. */
  keep?: number | undefined;
  /** Younger ones stay. */
  olderThanDays?: number | undefined;
}

/**
 * Removes what the retention does not keep, whatever was left half way, and the notes of erased persons whom no backup has.
 *
 * @returns the ids of what was removed
 */
export async function pruneBackups(options: {
  storage: BackupStorage;
  masterKeys: MasterKeys;
  retention: Retention;
  now?: Date;
}): Promise<string[]> {
  const { storage, retention, now = new Date() } = options;
  await storage.sweep();
  const backups = await listBackups(options);
  const removed = superfluous(backups, retention, now);
  for (const id of removed) await storage.remove(id);
  const left = backups.filter(({ id }) => !removed.includes(id));
  // How old one is that cannot be read, nobody knows.
  if (left.every(({ manifest }) => manifest !== null)) {
    const times = left.map(({ manifest }) => Date.parse(manifest!.createdAt));
    await forgetErasedPersons(storage, times.length > 0 ? new Date(Math.min(...times)) : undefined, now);
  }
  return removed;
}

/**
 * What a retention lets go, of backups that come newest first. Of each domain the newest backup that was proven stays always,
 * or the newest of all when none was.
 */
export function superfluous(
  backups: readonly ListedBackup[],
  { keep, olderThanDays }: Retention,
  now: Date,
): string[] {
  if (keep === undefined && olderThanDays === undefined) return [];
  const held = lastGoodOnes(backups);
  const before = now.getTime() - (olderThanDays ?? 0) * 24 * 60 * 60 * 1000;
  // What another key opens is not ours to judge: the key may come back.
  return backups
    .filter(({ isForeign }) => !isForeign)
    .slice(keep ?? 0)
    .filter(({ id, manifest }) => {
      const isYoung = olderThanDays !== undefined && (!manifest || Date.parse(manifest.createdAt) > before);
      return !held.has(id) && !isYoung;
    })
    .map(({ id }) => id);
}

function lastGoodOnes(backups: readonly ListedBackup[]): Set<string> {
  const readable = backups.filter(({ manifest }) => manifest !== null);
  const domains = new Set(
    readable.flatMap(({ manifest }) => manifest!.databases.map(({ domain }) => domain)),
  );
  const held = [...domains].map((domain) => {
    const having = readable.filter(({ manifest }) =>
      manifest!.databases.some((database) => database.domain === domain),
    );
    const proven = having.find(({ verification }) => verification?.problems.length === 0);
    return (proven ?? having.find(({ verification }) => verification === null) ?? having[0])?.id;
  });
  return new Set(held.filter((id) => id !== undefined));
}
