import { open, readFile, rename } from 'node:fs/promises';
import type { CursorStore } from './cursor-store.ts';

/** A cursor in a file. */
export interface FileCursor extends CursorStore {
  load(): Promise<string | undefined>;
  save(cursor: string): Promise<void>;
}

/**
 * Keeps a cursor in a file, in Node. The file is replaced as a whole and reaches the disk before the next event is given
 * out, so that a crash, of the machine too, finds the old cursor or the new one.
 *
 * @param path of the file, in a folder that exists; one subscription of one process writes to it
 */
export function fileCursor(path: string): FileCursor {
  return {
    async load() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      const cursor = text.trim();
      // To begin "from now" instead would lose what was missed without a word.
      if (!/^\S{1,256}$/.test(cursor))
        throw new Error(`${path} holds no cursor: remove it to begin with what happens from now on.`);
      return cursor;
    },
    async save(cursor) {
      const draft = `${path}.new`;
      const file = await open(draft, 'w');
      try {
        await file.writeFile(`${cursor}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    },
  };
}
