import type { Logger } from '@kronos/service';
import pg from 'pg';
import type { Claim } from './claim.ts';
import { type Coordinator, type CoordinatorOptions, finish, giveBackRoom, undone } from './coordinator.ts';
import { finishPrepared, globalId, transactionOf } from './participant.ts';
import { type LoggedTransaction, type OperationResult, ownerOf } from './transaction-log.ts';

/** Brings transactions to their end whose coordinator is gone. */
export interface Recovery {
  /** One look at all that is not over; nothing when another process is looking. */
  recover(): Promise<void>;
  /** Looks now and from then on. */
  start(): void;
  close(): Promise<void>;
}

interface RecoveryOptions extends CoordinatorOptions {
  /** Where the log is. */
  databaseUrl: string;
  coordinator: Coordinator;
  intervalMs: number;
}

/** What is over is forgotten after so long, with its idempotency keys, in milliseconds. */
const keptMs = 30 * 24 * 3_600_000;

export function createRecovery(options: RecoveryOptions): Recovery {
  const { log, claim, coordinator, databases, databaseUrl, intervalMs, logger } = options;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let isClosed = false;

  async function look(): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
    client.on('error', (err) => logger.debug({ err }, 'the connection of the recovery was lost'));
    try {
      await client.connect();
      // Held until the end of this transaction, and so of this process at the latest.
      await client.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
      const { rows } = await client.query<{ mine: boolean }>(
        `SELECT pg_try_advisory_xact_lock(hashtext('kronos recovery of transactions')) AS mine`,
      );
      if (!rows[0]!.mine) return;
      for (const transaction of await log.open())
        if (await isAbandoned(client, claim, coordinator, transaction))
          await attempt(logger, transaction.id, () => resolve(options, transaction));
      for (const { domain, pool, isOperator } of databases.all)
        if (isOperator) await attempt(logger, domain, () => endPrepared(options, pool));
      await log.prune(new Date(Date.now() - keptMs));
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  function recover(): Promise<void> {
    working ??= look().finally(() => {
      working = undefined;
    });
    return working;
  }

  return {
    recover,
    start() {
      const again = () => {
        if (isClosed) return;
        recover()
          .catch((err) => logger.debug({ err }, 'transactions could not be looked at'))
          .finally(() => {
            if (!isClosed) timer = setTimeout(again, intervalMs).unref();
          });
      };
      again();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await working?.catch(() => undefined);
    },
  };
}

/** What cannot be done now, because a database is away, is done by a later look. */
async function attempt(logger: Logger, what: string, work: () => Promise<void>): Promise<void> {
  await work().catch((err) => logger.warn({ err, what }, 'A data transaction could not be ended yet'));
}

/** Whether nobody executes it any more: its coordinator's lock is free, or it is this process that has given it up. */
async function isAbandoned(
  client: pg.Client,
  claim: Claim,
  coordinator: Coordinator,
  { id, coordinator: number }: LoggedTransaction,
): Promise<boolean> {
  if (claim.isOurs(number)) return !coordinator.isRunning(id);
  const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS free', [
    number,
  ]);
  return rows[0]!.free;
}

async function resolve(options: RecoveryOptions, transaction: LoggedTransaction): Promise<void> {
  const { log, databases, logger } = options;
  const { id, status, participants } = transaction;
  logger.warn({ id, status }, 'A data transaction was left by its coordinator');
  // Nobody decides any more; what it has prepared is found below.
  if (status === 'ACTIVE') {
    if (await log.rolledBack(id, 'ACTIVE')) await giveBackRoom(options, id, ownerOf(transaction));
    return;
  }
  const [only, ...more] = participants;
  if (only && more.length === 0) {
    const outcome = await outcomeOf(databases.get(only.domain)?.pool, only.xid);
    if (outcome === 'aborted') {
      const results = transaction.results as unknown as OperationResult[];
      await log.rolledBack(id, 'COMMITTING', undone(results, results.length));
      await giveBackRoom(options, id, ownerOf(transaction));
      return;
    }
    if (outcome !== 'committed') throw new Error(`PostgreSQL says that it is ${outcome}`);
  } else
    for (const { domain } of participants)
      await withClient(databases.get(domain)?.pool, (client) =>
        finishPrepared(client, 'COMMIT', globalId(id, domain)),
      );
  await finish(options, transaction);
}

/** What has become of a transaction, by its number. */
async function outcomeOf(pool: pg.Pool | undefined, xid: bigint | null): Promise<string> {
  const { rows } = await withClient(pool, (client) =>
    client.query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [String(xid)]),
  );
  return rows[0]!.status ?? 'too long ago';
}

/** Ends what is prepared in a database as the log says: what it does not say is going to be committed is not. */
async function endPrepared({ log, coordinator }: RecoveryOptions, pool: pg.Pool): Promise<void> {
  await withClient(pool, async (client) => {
    const { rows } = await client.query<{ gid: string }>(
      // Not those of others who call theirs so: only their owner may end them.
      `SELECT gid FROM pg_prepared_xacts
       WHERE database = current_database() AND starts_with(gid, 'kronos:') AND owner = current_user`,
    );
    for (const { gid } of rows) {
      const id = transactionOf(gid);
      if (id === undefined || coordinator.isRunning(id)) continue;
      const status = (await log.find(id))?.status ?? 'ROLLED_BACK';
      if (status === 'ROLLED_BACK') await finishPrepared(client, 'ROLLBACK', gid);
      if (status === 'COMMITTING' || status === 'COMMITTED') await finishPrepared(client, 'COMMIT', gid);
    }
  });
}

async function withClient<Result>(
  pool: pg.Pool | undefined,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  if (!pool) throw new Error('the environment says nothing of a database that took part');
  const client = await pool.connect();
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
