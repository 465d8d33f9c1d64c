import { createWriteStream, type Dirent } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { BackupFault } from '../faults.ts';
import { manifestFile } from '../format/manifest.ts';
import {
  abandonedMs,
  type BackupDraft,
  type BackupStorage,
  backupIdPattern,
  rememberedFolder,
} from './storage.ts';

const draftSuffix = '.draft';
const removedSuffix = '.removed';

/**
 * Backups in a folder, which only its owner may read. A draft is a folder of another name; its commit is the renaming, after
 * all of it has reached the disk.
 */
export function createFolderStorage(folder: string): BackupStorage {
  return {
    location: pathToFileURL(folder).href,

    async begin(id) {
      const draft = join(folder, `.${id}@${encodeURIComponent(hostname())}@${process.pid}${draftSuffix}`);
      await mkdir(draft, { recursive: true, mode: 0o700 });
      return folderDraft(draft, join(folder, id));
    },

    async list() {
      const entries = await entriesOf(folder);
      const ids = entries.filter((entry) => entry.isDirectory() && backupIdPattern.test(entry.name));
      return ids
        .map((entry) => entry.name)
        .sort()
        .reverse();
    },

    async read(id, file) {
      try {
        return (await open(join(folder, id, file))).createReadStream({ highWaterMark: 512 * 1024 });
      } catch (error) {
        throw isMissing(error) ? new BackupFault('MISSING', `The backup ${id} has no file ${file}.`) : error;
      }
    },

    async note(id, file, text) {
      const place = join(folder, id, file);
      await writeFile(`${place}${draftSuffix}`, text, { flush: true, mode: 0o600 });
      await rename(`${place}${draftSuffix}`, place);
    },

    async remember(name) {
      const notes = join(folder, rememberedFolder);
      await mkdir(notes, { recursive: true, mode: 0o700 });
      await writeFile(join(notes, name), '', { flush: true, mode: 0o600 });
      for (const place of [notes, folder]) await syncFolder(place);
    },

    remembered: async () => (await entriesOf(join(folder, rememberedFolder))).map(({ name }) => name),

    async forget(names) {
      for (const name of names) await rm(join(folder, rememberedFolder, name), { force: true });
    },

    async remove(id) {
      const removed = join(folder, `.${id}${removedSuffix}`);
      await rename(join(folder, id), removed).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
      await rm(removed, { recursive: true, force: true });
    },

    async sweep(idleMs = abandonedMs) {
      const names = (await entriesOf(folder)).map(({ name }) => name);
      const left: string[] = [];
      for (const name of names) {
        const place = join(folder, name);
        if (name.endsWith(removedSuffix)) left.push(place);
        if (name.endsWith(draftSuffix) && (await isAbandoned(place, idleMs))) left.push(place);
      }
      for (const place of left) await rm(place, { recursive: true, force: true });
      return left.length;
    },

    within: (name) => createFolderStorage(join(folder, name)),
  };
}

function folderDraft(draft: string, final: string): BackupDraft {
  async function write(file: string, content: Readable): Promise<void> {
    const place = join(draft, file);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await pipeline(
      content,
      createWriteStream(place, { flush: true, mode: 0o600, highWaterMark: 1024 * 1024 }),
    );
  }

  return {
    write: (file, content) => write(file, Readable.from(content, { objectMode: true, highWaterMark: 4 })),
    async commit(manifest) {
      await write(manifestFile, Readable.from([Buffer.from(manifest)]));
      for (const entry of await entriesOf(draft))
        if (entry.isDirectory()) await syncFolder(join(draft, entry.name));
      await syncFolder(draft);
      await rename(draft, final);
      await syncFolder(dirname(final));
    },
    discard: () => rm(draft, { recursive: true, force: true }),
  };
}

/** Whether whoever wrote it does so no more: a process of this machine that is gone, or anybody who has been idle for long. */
async function isAbandoned(draft: string, idleMs: number): Promise<boolean> {
  // Whose it is, its name says: it has been there as long as the draft, whenever somebody was killed.
  const [, host, pid] = /@([^@]*)@(\d+)\.draft$/.exec(draft) ?? [];
  if (host === encodeURIComponent(hostname()) && !isAlive(Number(pid))) return true;
  const entries = await readdir(draft, { recursive: true }).catch(() => []);
  const times = await Promise.all(
    ['', ...entries].map((name) =>
      stat(join(draft, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Date.now() - Math.max(...times) >= idleMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
