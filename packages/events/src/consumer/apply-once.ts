import type { DomainEvent } from '../domain-event.ts';
import type { ConsumerDatabase, ConsumerTables } from './consumer-database.ts';
import { advanceOffset, type OffsetKey } from './offset.ts';

/** In ms: an effect may be large, such as all that is kept of a person, and one that is cut off holds up all that follows. */
const patience = { maxWait: 10_000, timeout: 120_000 };

/**
 * Lets an event have its effect unless it has had it: inbox row, effect and offset in one transaction. A process that
 * is given the same event at the same time waits at the inbox row until this transaction has ended.
 *
 * @throws what the effect throws; nothing is then written
 */
export async function applyOnce<Transaction extends ConsumerTables>(
  database: ConsumerDatabase<Transaction>,
  key: OffsetKey,
  event: DomainEvent,
  effect: (transaction: Transaction, event: DomainEvent) => Promise<void>,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const inserted = await transaction.inbox.createMany({
      data: [{ consumer: key.consumer, eventId: event.eventId }],
      skipDuplicates: true,
    });
    if (inserted.count === 1) await effect(transaction, event);
    await advanceOffset(transaction, key, Number(event.position));
  }, patience);
}
