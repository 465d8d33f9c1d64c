import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '@kronos/service/environment';

/** What `prisma/<domain>/seed.ts` exports. */
interface SeedModule {
  seed(options: { databaseUrl: string; environment: NodeJS.ProcessEnv }): Promise<string>;
}

/** The seed file of a domain, or null when it has none. */
async function seedFile(domain: string): Promise<string | null> {
  const file = join(repositoryRoot, 'prisma', domain, 'seed.ts');
  return access(file).then(
    () => file,
    () => null,
  );
}

/** All that a domain's seed may say, as text, which differs when the seed does; null for a domain without a seed. */
export async function readSeedSources(domain: string): Promise<string | null> {
  if (!(await seedFile(domain))) return null;
  const folder = join(repositoryRoot, 'prisma', domain);
  const names = (await readdir(folder)).filter((name) => /\.ts$/.test(name) && !/\.test\.ts$/.test(name));
  const texts = await Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')));
  return texts.join('\n');
}

/**
 * Puts into a domain's database what it cannot do without; doing it again changes nothing.
 *
 * @returns one line about what was done, or null for a domain without a seed
 */
export async function seedDomain(options: {
  domain: string;
  databaseUrl: string;
  environment: NodeJS.ProcessEnv;
}): Promise<string | null> {
  const file = await seedFile(options.domain);
  if (!file) return null;
  // By its address: the command line knows no domain by name, and no domain is a dependency of it.
  const { seed } = (await import(pathToFileURL(file).href)) as SeedModule;
  return seed({ databaseUrl: options.databaseUrl, environment: options.environment });
}
