import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { repositoryRoot } from '@kronos/service';
import type { Placed, VectorStore } from './vector-store.ts';

/** Vectors in a file, compared by sqlite-vec: each with each, which takes a millisecond for a few thousand. */
export function fileVectors(path: string): VectorStore {
  const file = path === ':memory:' ? path : resolve(repositoryRoot, path);
  let opening: Promise<DatabaseSync> | undefined;

  function database(): Promise<DatabaseSync> {
    opening ??= open().catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function open(): Promise<DatabaseSync> {
    const [{ DatabaseSync }, { load }] = await Promise.all([import('node:sqlite'), import('sqlite-vec')]);
    if (file !== ':memory:') await mkdir(dirname(file), { recursive: true });
    const opened = new DatabaseSync(file, { allowExtension: true });
    load(opened);
    // Several processes may write it.
    opened.exec(`PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS project_embedding (
        project_id TEXT PRIMARY KEY, model TEXT NOT NULL, dimensions INTEGER NOT NULL,
        vector BLOB NOT NULL, updated_at INTEGER NOT NULL)`);
    return opened;
  }

  return {
    async put({ projectId, model, vector, updatedAt }) {
      (await database())
        .prepare('INSERT OR REPLACE INTO project_embedding VALUES (?, ?, ?, ?, ?)')
        .run(projectId, model, vector.length, blobOf(vector), updatedAt.getTime());
    },
    async remove(projectId) {
      (await database()).prepare('DELETE FROM project_embedding WHERE project_id = ?').run(projectId);
    },
    async nearest(to, count) {
      const statement = (await database()).prepare(`SELECT project_id FROM project_embedding
        WHERE model = ? AND dimensions = ? AND project_id <> ?
        ORDER BY vec_distance_cosine(vector, ?), project_id LIMIT ?`);
      return to.map(({ projectId, model, vector }) =>
        statement
          .all(model, vector.length, projectId, blobOf(vector), count)
          .map((row) => String(row.project_id)),
      );
    },
    async known() {
      const rows = (await database()).prepare('SELECT project_id, updated_at FROM project_embedding').all();
      return new Map(rows.map((row) => [String(row.project_id), new Date(Number(row.updated_at))]));
    },
    async close() {
      if (opening) (await opening.catch(() => null))?.close();
      opening = undefined;
    },
  };
}

/** As sqlite-vec takes a vector: floats of 32 bits. */
function blobOf(vector: Placed['vector']): Uint8Array {
  return new Uint8Array(Float32Array.from(vector).buffer);
}
