import { v7 as uuidv7 } from 'uuid';
import { type EventName, type EventPayload, eventDefinition } from './catalogue/index.ts';

/** What is needed of a Prisma transaction client, of whichever domain. */
export interface OutboxTransaction {
  outbox: {
    create(args: {
      data: { id: string; name: string; key: string | null; payload: Record<string, never> };
    }): PromiseLike<unknown>;
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
  const definition = eventDefinition(name);
  const valid = definition.payload.parse(payload);
  const key = definition.key === undefined ? null : String(valid[definition.key]);
  const id = uuidv7();
  // A parsed payload holds JSON values only; Prisma's input type for JSON cannot be named without a domain's client.
  await transaction.outbox.create({ data: { id, name, key, payload: valid as Record<string, never> } });
  return id;
}
