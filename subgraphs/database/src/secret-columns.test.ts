import { readdirSync } from 'node:fs';
import { createTestDatabase } from '@kronos/subgraph/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { ensureAccessRoles } from './access-roles.ts';

const domains = readdirSync(new URL('../../../prisma/', import.meta.url));

/** Columns that are named like a secret and are none. */
const harmless = [
  ...['signing_key.public_key', 'projects.idempotency_key', 'generation_jobs.idempotency_key'],
  'backup_restore.idempotency_key',
  ...['oauth_client.id_token_algorithm', 'quota_policy.seed_hash', 'route.seed_hash', 'subgraph.schema_hash'],
  ...['announced_supergraph.schema_hash', 'operation.hash'],
];

test('readers see nothing that is named like a secret, and writers change nothing that decides who may do what', async () => {
  const found = await Promise.all(
    domains.map(async (domain) => {
      await using database = await createTestDatabase(domain);
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      const { reader, writer } = await ensureAccessRoles(client);
      const { rows } = await client.query<{ name: string }>(
        `SELECT relname || '.' || attname AS name FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
           AND NOT relname || '.' || attname = ANY($2)
           AND attname ~ '(hash|secret|token|password|sealed|private|challenge|_key$)'
           AND has_column_privilege($1, attrelid, attnum, 'SELECT')`,
        [reader, harmless],
      );
      const { rows: written } = await client.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
           AND has_table_privilege($1, oid, 'INSERT, UPDATE, DELETE') ORDER BY relname`,
        [writer],
      );
      await client.end();
      return [
        domain,
        { secrets: rows.map(({ name }) => name), written: written.map(({ name }) => name) },
      ] as const;
    }),
  );
  const byDomain = Object.fromEntries(found);
  expect(Object.entries(byDomain).filter(([, { secrets }]) => secrets.length > 0)).toEqual([]);
  expect([byDomain.auth?.written, byDomain.database?.written]).toEqual([[], []]);
  expect(byDomain.users?.written).toEqual(['user', 'user_preferences']);
});
