import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { repositoryRoot } from '@kronos/service';
import pg from 'pg';
import { type Facts, nothingSaid, patienceMs, type Target, timed } from './target.ts';

/** Where vectors are: `file:…` by sqlite-vec in this process, or a PostgreSQL that has pgvector. */
export function vectorTarget(url: string): Target {
  return url.startsWith('file:') ? fileTarget(url.slice('file:'.length)) : pgvectorTarget(url);
}

// The smallest question about vectors: that it is answered shows that the extension works.
const distance = (compare: string) => `SELECT ${compare} AS distance`;

function fileTarget(path: string): Target {
  const file = path === ':memory:' ? path : resolve(repositoryRoot, path);
  let database: DatabaseSync | undefined;

  async function open(): Promise<DatabaseSync> {
    const [{ DatabaseSync }, { load }] = await Promise.all([import('node:sqlite'), import('sqlite-vec')]);
    if (file !== ':memory:') await mkdir(dirname(file), { recursive: true });
    const opened = new DatabaseSync(file, { allowExtension: true });
    load(opened);
    return opened;
  }

  async function probe(): Promise<Facts> {
    database ??= await open();
    const ask = database.prepare(distance(`vec_distance_l2('[1, 0]', '[0, 1]')`));
    const responseTimeMs = await timed(() => ask.get());
    const facts = database
      .prepare(
        'SELECT vec_version() AS version, page_count * page_size AS size FROM pragma_page_count, pragma_page_size',
      )
      .get() as { version: string; size: number };
    return {
      ...nothingSaid,
      responseTimeMs,
      version: `sqlite-vec ${facts.version}`,
      sizeBytes: BigInt(facts.size),
    };
  }

  return {
    ...{ name: 'vector', kind: 'VECTOR', host: null, port: null, probe },
    poolStats: () => null,
    async close() {
      database?.close();
      database = undefined;
    },
  };
}

function pgvectorTarget(url: string): Target {
  const { hostname, port } = new URL(url);
  const pool = new pg.Pool({
    ...{ connectionString: url, application_name: 'kronos-database', max: 2 },
    ...{ connectionTimeoutMillis: patienceMs, query_timeout: patienceMs },
  });
  // An idle connection has ended; the next probe opens another.
  pool.on('error', () => undefined);

  async function probe(): Promise<Facts> {
    const responseTimeMs = await timed(() => pool.query(distance(`'[1, 0]'::vector <-> '[0, 1]'::vector`)));
    const { rows } = await pool.query<{ version: string; size: string }>(
      `SELECT extversion AS version, pg_database_size(current_database())::text AS size
       FROM pg_extension WHERE extname = 'vector'`,
    );
    return {
      ...nothingSaid,
      responseTimeMs,
      version: `pgvector ${rows[0]!.version}`,
      sizeBytes: BigInt(rows[0]!.size),
    };
  }

  return {
    ...{ name: 'vector', kind: 'VECTOR', host: hostname, port: Number(port || 5432), probe },
    poolStats: () => ({
      ...{ active: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount },
      ...{ total: pool.totalCount, min: 0, max: 2 },
    }),
    close: () => pool.end(),
  };
}
