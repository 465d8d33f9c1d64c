import { createHash } from 'node:crypto';
import { migrate, readMigrations } from '@kronos/migrations';
import { testMasterKeys } from '@kronos/sealing/testing';
import pg from 'pg';
import { readDatabaseDomains } from '../domains.ts';
import { readSeedSources, seedDomain } from '../seeds/seed.ts';

/** The administrator whom the seeds make in every test database. */
export const testAdministrator = {
  KRONOS_ADMIN_EMAIL: 'admin@kronos.example',
  KRONOS_ADMIN_PASSWORD: 'the administrator of the tests',
};

/**
 * Makes one migrated and seeded database per domain, `kronos_test_<domain>`, from which a test's own database is copied in
 * a few milliseconds. Runs that share a server wait for each other, and what is fresh is kept.
 *
 * @param adminUrl a superuser's database on the server
 */
export async function createTemplateDatabases(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (holder) => {
    await holder.query("SELECT pg_advisory_lock(hashtext('kronos test templates'))");
    const domains = await readDatabaseDomains();
    const made = await Promise.allSettled(
      domains.map((domain) => withClient(adminUrl, (admin) => createTemplate(admin, adminUrl, domain))),
    );
    const failures = made.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
  });
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function createTemplate(admin: pg.Client, adminUrl: string, domain: string): Promise<void> {
  const name = `kronos_test_${domain.replaceAll('-', '_')}`;
  const fingerprint = await fingerprintOf(domain);
  const { rows } = await admin.query(
    "SELECT shobj_description(oid, 'pg_database') AS fingerprint FROM pg_database WHERE datname = $1",
    [name],
  );
  if (rows[0]?.fingerprint === fingerprint) return;

  // A draft, because a template with a connection cannot be copied.
  const draft = `${name}_draft`;
  await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${draft}`);
  const databaseUrl = Object.assign(new URL(adminUrl), { pathname: `/${draft}` }).href;
  await migrate({ domain, databaseUrl });
  const environment = { ...process.env, ...testAdministrator, KRONOS_MASTER_KEYS: testMasterKeys };
  await seedDomain({ domain, databaseUrl, environment });
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  await admin.query(`COMMENT ON DATABASE ${name} IS '${fingerprint}'`);
}

async function fingerprintOf(domain: string): Promise<string> {
  const migrations = await readMigrations(domain);
  const seed = await readSeedSources(domain);
  const hash = createHash('sha256');
  for (const { name, checksum } of migrations) hash.update(`${name} ${checksum}\n`);
  if (seed) hash.update(seed);
  return hash.digest('hex');
}
