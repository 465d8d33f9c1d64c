import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { wallClockMs } from './wall-clock.ts';

export interface CommitWatch {
  /** When the next commit of events was announced, in milliseconds since the epoch. */
  next(): Promise<number>;
  close(): Promise<void>;
}

/** Listens beside the relay: PostgreSQL announces events to both when they are committed, and not before. */
export async function watchCommits(home: string): Promise<CommitWatch> {
  const { databaseUrls } = JSON.parse(await readFile(join(home, 'run.json'), 'utf8'));
  const client = new pg.Client({ connectionString: databaseUrls.events });
  let commit = Promise.withResolvers<number>();
  client.on('notification', () => commit.resolve(wallClockMs()));
  await client.connect();
  await client.query('LISTEN outbox');
  return {
    async next() {
      const committedAt = await commit.promise;
      commit = Promise.withResolvers<number>();
      return committedAt;
    },
    close: () => client.end(),
  };
}
