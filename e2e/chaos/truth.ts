import pg from 'pg';
import { TypeID } from 'typeid-js';

/** An event that PostgreSQL has kept; ids are as clients see them. */
export interface Committed {
  eventId: string;
  name: string;
  /** Its place in the log, and the cursor of clients. */
  position: number;
  /** In which order the transactions of one key wrote. */
  sequence: number;
  payload: Record<string, unknown>;
}

/**
 * Everything that a domain has committed, in the order of its positions; undefined while some of it has none yet.
 *
 * @param databaseUrl of the domain
 */
export async function readCommitted(databaseUrl: string): Promise<Committed[] | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT id, name, payload, position, sequence FROM outbox');
    if (rows.some(({ position }) => position === null)) return undefined;
    return rows.map(toCommitted).sort((one, other) => one.position - other.position);
  } finally {
    await client.end();
  }
}

function toCommitted({ id, name, payload, position, sequence }: Record<string, unknown>): Committed {
  return {
    eventId: TypeID.fromUUID('evt', id as string).toString(),
    name: name as string,
    position: Number(position),
    sequence: Number(sequence),
    payload: Object.fromEntries(Object.entries(payload as object).map(toPublicId)),
  };
}

const prefixes: Record<string, string> = {
  eventId: 'event',
  organizerId: 'user',
  attendeeId: 'user',
  recipientId: 'user',
  registrationId: 'registration',
};

function toPublicId([field, value]: [string, unknown]): [string, unknown] {
  const prefix = prefixes[field];
  return [field, prefix ? TypeID.fromUUID(prefix, value as string).toString() : value];
}
