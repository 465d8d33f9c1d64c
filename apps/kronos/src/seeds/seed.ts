import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '@kronos/service/environment';

/** What `prisma/<domain>/seed.ts` exports. */
interface SeedModule {
  seed(options: { databaseUrl: string; environment: NodeJS.ProcessEnv }): Promise<string>;
}

/** The seed file of a domain, or null when it has none. */
export async function seedFile(domain: string, root = repositoryRoot): Promise<string | null> {
  const file = join(root, 'prisma', domain, 'seed.ts');
  return access(file).then(
    () => file,
    () => null,
  );
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
