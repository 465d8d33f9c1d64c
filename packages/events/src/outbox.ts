import { v7 as uuidv7 } from 'uuid';
import { type EventName, type EventPayload, eventDefinition } from './catalogue/index.ts';
import { noteChange } from './changes.ts';
import { traceCreation } from './shared/traces.ts';

interface OutboxRow {
  id: string;
  name: string;
  key: string | null;
  payload: Record<string, never>;
  traceparent?: string;
}

/** What is needed of a Prisma transaction client, of whichever domain. */
export interface OutboxTransaction {
  outbox: {
    create(args: { data: OutboxRow }): PromiseLike<unknown>;
    createMany(args: { data: OutboxRow[] }): PromiseLike<unknown>;
  };
}

/**
 * Writes an event in the transaction that makes it true: both are committed or neither. The relay publishes it after
 * the commit.
 *
 * @returns the event's id (UUIDv7), for `relay.settled`
 * @throws ZodError when the payload is not what the catalogue says; the transaction should then roll back
 */
export async function appendToOutbox<Name extends EventName>(
  transaction: OutboxTransaction,
  name: Name,
  payload: EventPayload<Name>,
): Promise<string> {
  const row = outboxRow(name, payload);
  await traceCreation(name, [row.id], async (traceparent) => {
    await transaction.outbox.create({ data: { ...row, traceparent } });
  });
  return row.id;
}

/** Writes many events of one name, in this order, in one statement; for the rest like `appendToOutbox`. */
export async function appendAllToOutbox<Name extends EventName>(
  transaction: OutboxTransaction,
  name: Name,
  payloads: readonly EventPayload<Name>[],
): Promise<string[]> {
  const rows = payloads.map((payload) => outboxRow(name, payload));
  const ids = rows.map(({ id }) => id);
  await traceCreation(name, ids, async (traceparent) => {
    await transaction.outbox.createMany({ data: rows.map((row) => ({ ...row, traceparent })) });
  });
  return ids;
}

function outboxRow<Name extends EventName>(name: Name, payload: EventPayload<Name>): OutboxRow {
  const definition = eventDefinition(name);
  const valid = definition.payload.parse(payload);
  noteChange(valid as EventPayload<Name>);
  const key = definition.key === undefined ? null : String(valid[definition.key]);
  // A parsed payload holds JSON values only; Prisma's input type for JSON cannot be named without a domain's client.
  return { id: uuidv7(), name, key, payload: valid as Record<string, never> };
}
