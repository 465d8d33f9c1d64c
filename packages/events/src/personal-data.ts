import { type EventName, type EventPayload, personalEventsOf } from './catalogue/index.ts';
import { type DataErased, type DataExported, erasedEvent, exportedEvent } from './catalogue/personal-data.ts';
import type { Handlers } from './consumer/consumer.ts';
import type { DomainEvent } from './domain-event.ts';
import { appendToOutbox, type OutboxTransaction } from './outbox.ts';

/** What stands where a person's name stood. */
export const erasedName = 'Erased user';

/** A Prisma transaction client as far as plain SQL goes. */
export interface SqlTransaction {
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
}

/** Announces that a domain has erased someone; see `DataErased`. */
export async function announceDataErased(
  tx: OutboxTransaction,
  domain: string,
  payload: DataErased,
): Promise<void> {
  await appendToOutbox(tx, erasedEvent(domain) as EventName, payload as EventPayload<EventName>);
}

/** Announces a part of what a domain exports of someone; see `DataExported`. */
export async function announceDataExported(
  tx: OutboxTransaction,
  domain: string,
  payload: DataExported,
): Promise<void> {
  await appendToOutbox(tx, exportedEvent(domain) as EventName, payload as EventPayload<EventName>);
}

/** What to do for the answers of a domain: the handlers of a consumer of that domain's events. */
export function onPersonalDataOf<Transaction>(
  domain: string,
  effects: {
    erased(tx: Transaction, domain: string, event: DataErased): Promise<void>;
    exported(tx: Transaction, domain: string, event: DataExported): Promise<void>;
  },
): Handlers<Transaction> {
  const handlers = {
    [erasedEvent(domain)]: (tx: Transaction, { payload }: DomainEvent) =>
      effects.erased(tx, domain, payload as DataErased),
    [exportedEvent(domain)]: (tx: Transaction, { payload }: DomainEvent) =>
      effects.exported(tx, domain, payload as DataExported),
  };
  return handlers as Handlers<Transaction>;
}

/**
 * Overwrites what the domain's own events say of a person. The log follows when the domain's answer to the erasure, which
 * the same transaction has to write, is relayed: it is then written anew from the outbox.
 *
 * @param userId a UUID
 */
export async function scrubOutbox(tx: SqlTransaction, domain: string, userId: string): Promise<void> {
  for (const { name, of, fields } of personalEventsOf(domain)) {
    const overwritten = Object.fromEntries(fields.map((field) => [field, erasedName]));
    await tx.$executeRawUnsafe(
      'UPDATE outbox SET payload = payload || $1::jsonb WHERE name = $2 AND payload->>$3 = $4',
      JSON.stringify(overwritten),
      name,
      of,
      userId,
    );
  }
}
