import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.ts';
import { readSeedSources } from './seed.ts';

/** Remembers in KRONOS_HOME what was seeded where, so that a start with nothing new runs no seed. */
export function seedStamp(options: {
  home: string;
  /** What identifies each domain's database. */
  databases: Record<string, string>;
  administrator: { email: string; password: string };
  serviceSecrets: Record<string, string>;
}) {
  const file = join(options.home, 'seeded.json');
  const current = async () => {
    const seeds = await Promise.all(
      Object.entries(options.databases).map(async ([domain, database]) => [
        domain,
        database,
        await readSeedSources(domain),
      ]),
    );
    return createHash('sha256')
      .update(JSON.stringify([seeds, options.administrator, options.serviceSecrets]))
      .digest('hex');
  };
  return {
    /** Whether the seeds, the databases and the administrator are those of the last `write`. */
    isFresh: async () => (await readJson<{ hash: string }>(file))?.hash === (await current()),
    write: async () => writeWhole(file, `${JSON.stringify({ hash: await current() })}\n`, 0o600),
  };
}
