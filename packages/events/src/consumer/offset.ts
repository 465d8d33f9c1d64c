import { CursorExpiredError } from '../errors.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ConsumerTables } from './consumer-database.ts';

/** Events without a handler move the offset in the database only this often. */
const NOTE_EVERY_MS = 5_000;

/** Which consumer reads which domain. */
export interface OffsetKey {
  consumer: string;
  domain: string;
}

/** How far a consumer has come. */
export interface Offset {
  /** Everything up to here has had its effect. */
  readonly position: number;
  /** Whether the consumer has never processed anything. */
  readonly isNew: boolean;
  /**
   * Moves on past an event.
   *
   * @param isNoted whether the database knows already, because the effect's transaction has written it
   */
  passed(position: number, isNoted: boolean): Promise<void>;
  /** Sets the offset, forward or back. */
  moveTo(position: number): Promise<void>;
  /** Tells the database of what it does not know yet. */
  note(): Promise<void>;
}

/**
 * Notes in the database that the consumer has come to `position`. Never goes back: the same consumer may run in
 * several processes.
 */
export async function advanceOffset(tables: ConsumerTables, key: OffsetKey, position: number): Promise<void> {
  await tables.consumerOffset.updateMany({
    where: { ...key, position: { lt: BigInt(position) } },
    data: { position: BigInt(position) },
  });
}

/** Loads the consumer's offset; one that has never run begins at 0. */
export async function openOffset(tables: ConsumerTables, key: OffsetKey): Promise<Offset> {
  const row = await tables.consumerOffset.findUnique({ where: { consumer_domain: { ...key } } });
  if (!row) {
    await tables.consumerOffset.createMany({ data: [{ ...key, position: 0n }], skipDuplicates: true });
  }
  let position = Number(row?.position ?? 0);
  let noted = position;
  let notedAt = Date.now();

  async function note(): Promise<void> {
    if (noted >= position) return;
    await advanceOffset(tables, key, position);
    noted = position;
    notedAt = Date.now();
  }

  return {
    get position() {
      return position;
    },
    get isNew() {
      return position === 0;
    },
    async passed(next, isNoted) {
      position = next;
      if (isNoted) noted = next;
      else if (Date.now() - notedAt >= NOTE_EVERY_MS) await note();
    },
    async moveTo(next) {
      await tables.consumerOffset.updateMany({ where: { ...key }, data: { position: BigInt(next) } });
      position = next;
      noted = next;
    },
    note,
  };
}

/**
 * The position after which the oldest retained event comes.
 *
 * @throws EventLogUnavailableError
 */
export async function positionBeforeOldest(log: EventLog, domain: string): Promise<number> {
  try {
    await log.read(domain, '0', 1);
    return 0;
  } catch (error) {
    if (error instanceof CursorExpiredError && error.goesOnAfter !== null) return Number(error.goesOnAfter);
    throw error;
  }
}
