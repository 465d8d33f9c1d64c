import type { Logger } from '@kronos/service';
import { Gauge, type Registry } from 'prom-client';
import { type Sealer, UnsealError } from './sealed.ts';

/** A column of texts that are sealed. The names are the database's, and come from the source alone. */
export interface SealedColumn {
  table: string;
  /** The primary key. */
  id: string;
  idType: 'uuid' | 'text';
  column: string;
  /** The context that the row's text is sealed for. */
  context(id: string): string;
}

/** What is needed of a domain's Prisma client. */
export interface SealedDatabase {
  $queryRawUnsafe<Result>(sql: string, ...values: unknown[]): PromiseLike<Result>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
}

export interface ResealOptions {
  database: SealedDatabase;
  columns: readonly SealedColumn[];
  sealer: Sealer;
  logger: Logger;
  metrics: Registry;
}

const pageSize = 100;
/** How soon a new master key is noticed, in milliseconds. */
const watchMs = 5_000;
/** A process that had the older key in hand may commit a row after all others were done. */
const lookAgainMs = 60 * 60 * 1_000;

/**
 * Seals with the current master key whatever is sealed with an older one: at the start, when there is a new master key, and
 * once an hour. A row says itself which key it is sealed with, so that this can be cut off anywhere and goes on from there;
 * and it is replaced only while it is what was read, so that any number of processes may do so while all others go on writing.
 *
 * @returns what stops it, when the work under way is done
 */
export function keepSealed(options: ResealOptions): () => Promise<void> {
  const { sealer, logger } = options;
  const left = leftGauge(options.metrics);
  let done: { prefix: string; at: number } | undefined;
  let working: Promise<void> | undefined;
  let hasWarned = false;

  async function work(prefix: string): Promise<void> {
    const startedAt = Date.now();
    try {
      for (const column of options.columns) {
        left.set({ column: `${column.table}.${column.column}` }, await resealColumn(column, options));
      }
      done = { prefix, at: startedAt };
      hasWarned = false;
    } catch (error) {
      const level = hasWarned ? 'debug' : 'warn';
      logger[level](
        { err: error },
        'what is sealed with an older master key stays so until this works again',
      );
      hasWarned = true;
    }
  }

  function look(): void {
    const prefix = sealer.currentPrefix();
    if (working || (done?.prefix === prefix && Date.now() - done.at < lookAgainMs)) return;
    working = work(prefix).finally(() => {
      working = undefined;
    });
  }

  look();
  const timer = setInterval(look, watchMs);
  return async () => {
    clearInterval(timer);
    await working;
  };
}

/** A domain that seals columns, and keys of sealed fields, counts both in one. */
function leftGauge(metrics: Registry): Gauge<'column'> {
  const name = 'kronos_sealed_with_older_keys';
  const known = metrics.getSingleMetric(name) as Gauge<'column'> | undefined;
  return (
    known ??
    new Gauge({
      name,
      help: 'Rows that are sealed with an older master key than the current one, which is needed as long as there are any.',
      labelNames: ['column'],
      registers: [metrics],
    })
  );
}

/**
 * Seals one column anew where it is not sealed with the current master key.
 *
 * @returns how many rows could not be: altered, or sealed with a key that is not at hand; each is logged
 */
export async function resealColumn(
  { table, id, idType, column, context }: SealedColumn,
  { database, sealer, logger }: Pick<ResealOptions, 'database' | 'sealer' | 'logger'>,
): Promise<number> {
  let failed = 0;
  // Before all others, of either type.
  let after = idType === 'uuid' ? '00000000-0000-0000-0000-000000000000' : '';
  for (;;) {
    const rows = await database.$queryRawUnsafe<{ id: string; text: string }[]>(
      `SELECT "${id}"::text AS id, "${column}" AS text FROM "${table}"
       WHERE "${id}" > $1::${idType} AND NOT starts_with("${column}", $2) ORDER BY "${id}" LIMIT ${pageSize}`,
      after,
      sealer.currentPrefix(),
    );
    for (const row of rows) {
      try {
        const sealedAnew = sealer.seal(sealer.unseal(row.text, context(row.id)), context(row.id));
        await database.$executeRawUnsafe(
          `UPDATE "${table}" SET "${column}" = $1 WHERE "${id}" = $2::${idType} AND "${column}" = $3`,
          sealedAnew,
          row.id,
          row.text,
        );
      } catch (error) {
        if (!(error instanceof UnsealError)) throw error;
        failed += 1;
        logger.error({ err: error, table, column, id: row.id }, 'a row cannot be unsealed');
      }
    }
    if (rows.length < pageSize) return failed;
    after = rows.at(-1)!.id;
  }
}
