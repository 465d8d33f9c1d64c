import pg from 'pg';

// Any number of our own, in this domain's database.
const lockKey = 5_281_712;

/** The right to migrate, which one process has at a time; it ends with the process. */
export interface MigrationLock {
  release(): Promise<void>;
}

/** Takes the lock; null when somebody else has it. */
export async function tryLockMigrations(databaseUrl: string): Promise<MigrationLock | null> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [
      lockKey,
    ]);
    if (rows[0]!.got) return { release: () => client.end() };
    await client.end();
    return null;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
