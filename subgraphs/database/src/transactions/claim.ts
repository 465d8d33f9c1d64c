import { randomBytes } from 'node:crypto';
import type { Logger } from '@kronos/service';
import pg from 'pg';

/** That this process lives, as a lock that the database lets go of when it does not. */
export interface Claim {
  /** The number of the lock; another one after its connection was lost. */
  number(): Promise<bigint>;
  /** Whether a number is, or was, this process'. */
  isOurs(number: bigint): boolean;
  close(): Promise<void>;
}

/**
 * Holds a lock in a transaction that stays open: also behind a pgBouncer that lends connections for one transaction.
 *
 * @param databaseUrl where the log of transactions is
 */
export function openClaim(databaseUrl: string, logger: Logger): Claim {
  const numbers = new Set<bigint>();
  let held: Promise<{ client: pg.Client; number: bigint }> | undefined;

  async function take() {
    const client = new pg.Client({ connectionString: databaseUrl, application_name: 'kronos-coordinator' });
    const lost = (err?: Error) => {
      if (held !== taking) return;
      held = undefined;
      logger.debug({ err }, 'the claim of a coordinator was lost');
    };
    client.on('error', lost);
    client.on('end', () => lost());
    await client.connect();
    const number = BigInt.asIntN(63, randomBytes(8).readBigInt64BE());
    await client.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
    await client.query('SELECT pg_advisory_xact_lock($1)', [number]);
    numbers.add(number);
    return { client, number };
  }
  let taking: typeof held;

  return {
    async number() {
      if (!held) {
        taking = take();
        held = taking;
        held.catch(() => {
          held = undefined;
        });
      }
      return (await held).number;
    },
    isOurs: (number) => numbers.has(number),
    async close() {
      const last = await held?.catch(() => undefined);
      held = undefined;
      await last?.client.end();
    },
  };
}
