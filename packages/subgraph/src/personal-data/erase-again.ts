import { type OutboxTransaction, scrubOutbox } from '@kronos/events';
import type { Logger } from '@kronos/service';
import { erasePerson } from './erase-person.ts';
import type { PersonalData, PersonalTransaction } from './personal-data.ts';

/** A restore is seldom, and what it brings back of the erased is unreadable where it is sealed. */
const watchMs = 60_000;
/** An erasure may be of many rows. */
const patience = { maxWait: 10_000, timeout: 120_000 };

export interface EraseAgainOptions<Transaction> {
  domain: string;
  database: {
    $transaction<Result>(
      work: (tx: Transaction) => Promise<Result>,
      options: typeof patience,
    ): PromiseLike<Result>;
  };
  personalData: PersonalData<Transaction>;
  /** What else there is to do for a person who was erased again, in the same transaction. */
  onErased?: ((tx: Transaction, person: string) => Promise<void>) | undefined;
  logger: Logger;
  /** Milliseconds between two looks. */
  watchMs?: number;
}

/**
 * Erases again whom a restore has brought back: it marks them in `person_key`. Each is one transaction, and any number of
 * processes may do so.
 *
 * @returns what stops it, when the work under way is done
 */
export function eraseAgain<Transaction extends PersonalTransaction & OutboxTransaction>(
  options: EraseAgainOptions<Transaction>,
): () => Promise<void> {
  const { domain, database, personalData, logger } = options;
  let working: Promise<void> | undefined;

  async function eraseOne(): Promise<boolean> {
    return database.$transaction(async (tx) => {
      const [row] = await tx.$queryRawUnsafe<{ id: string }[]>(
        'SELECT person_id AS id FROM person_key WHERE needs_erasure LIMIT 1 FOR UPDATE SKIP LOCKED',
      );
      if (!row) return false;
      const { erased, anonymised } = await erasePerson(tx, personalData, row.id);
      await scrubOutbox(tx, domain, row.id);
      // Of whom nothing was left, the backup had been made after their erasure.
      if (erased + anonymised > 0) await options.onErased?.(tx, row.id);
      await tx.$executeRawUnsafe(
        'UPDATE person_key SET needs_erasure = false WHERE person_id = $1::uuid',
        row.id,
      );
      logger.info({ person: row.id }, 'erased again after a restore');
      return true;
    }, patience);
  }

  async function eraseAll(): Promise<void> {
    try {
      while (await eraseOne());
    } catch (error) {
      logger.warn({ err: error }, 'whom a restore has brought back is erased when this works again');
    }
  }

  function look(): void {
    working ??= eraseAll().finally(() => {
      working = undefined;
    });
  }

  look();
  const timer = setInterval(look, options.watchMs ?? watchMs);
  return async () => {
    clearInterval(timer);
    await working;
  };
}
