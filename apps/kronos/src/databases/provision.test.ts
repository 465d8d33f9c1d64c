import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { databaseName, domainDatabaseUrl, provisionDatabases } from './provision.ts';

const adminUrl = process.env.KRONOS_TEST_POSTGRES_URL!;
const suffix = randomBytes(4).toString('hex');
const [one, two] = [`one${suffix}`, `two${suffix}`];
const urlOf = (domain: string, password = 'secret/?') => domainDatabaseUrl(adminUrl, domain, password);
const databases = [one, two].map((domain) => ({ domain, url: urlOf(domain) }));

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  for (const name of [one, two].map(databaseName)) {
    await query(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await query(adminUrl, `DROP ROLE IF EXISTS ${name}`);
  }
});

test('makes what is missing, once, and each role enters its own database alone', async () => {
  expect(await provisionDatabases(adminUrl, databases)).toEqual([one, two]);
  expect(await provisionDatabases(adminUrl, databases)).toEqual([]);

  await query(urlOf(one), 'CREATE TABLE t ()');
  const other = Object.assign(new URL(urlOf(one)), { pathname: `/${databaseName(two)}` }).href;
  await expect(query(other, 'SELECT 1')).rejects.toThrow('permission denied for database');
});

test('a password that does not fit any more is set', async () => {
  await provisionDatabases(adminUrl, [{ domain: one, url: urlOf(one, 'another') }]);
  expect(await query(urlOf(one, 'another'), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
});

test.each(['third', 'ﬁfth\u00A0e\u0301\u00AD'])(
  'passwords are not sent in the clear: %s',
  async (password) => {
    // A server that is told the password itself would keep what this setting says.
    const old = Object.assign(new URL(adminUrl), { search: '?options=-c%20password_encryption%3Dmd5' }).href;
    await provisionDatabases(old, [{ domain: two, url: urlOf(two, password) }]);
    const kept = `SELECT rolpassword FROM pg_authid WHERE rolname = '${databaseName(two)}'`;
    expect(await query(adminUrl, kept)).toEqual([{ rolpassword: expect.stringMatching(/^SCRAM-SHA-256\$/) }]);
    expect(await query(urlOf(two, password), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  },
);

test('a server that refuses is one sentence without its password', async () => {
  const refused = provisionDatabases('postgresql://admin:hidden@127.0.0.1:1/postgres', databases);
  await expect(refused).rejects.toThrow(
    /^PostgreSQL at 127\.0\.0\.1:1\/postgres cannot be used as admin: .*ECONNREFUSED.*\.$/,
  );
});
