import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';

/** One folder of `prisma/<domain>/migrations`. */
export interface MigrationFile {
  name: string;
  sql: string;
  /** SHA-256 of the SQL in hexadecimal, as Prisma's `_prisma_migrations.checksum` holds it. */
  checksum: string;
}

/** A domain's migrations in the order in which they are applied. */
export async function readMigrations(domain: string, root = repositoryRoot): Promise<MigrationFile[]> {
  const folder = join(root, 'prisma', domain, 'migrations');
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** The text of a domain's `migration_lock.toml`, or null. */
export function readMigrationLock(domain: string, root = repositoryRoot): Promise<string | null> {
  const file = join(root, 'prisma', domain, 'migrations', 'migration_lock.toml');
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
