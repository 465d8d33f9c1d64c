import { randomBytes } from 'node:crypto';
import { BoundedMap, directUrl, type Logger } from '@kronos/service';
import pg from 'pg';
import { type Sealer, UnsealError } from '../sealed.ts';
import { createHasher, personSealer } from './values.ts';

/** What all processes hear when a person's key is no more; the payload is the person's id. */
const shreddedChannel = 'person_key_shredded';
/** Keys that a process remembers. */
const mostKeys = 10_000;
/** Shredded persons that a process remembers, so that no key that was on its way comes after the news. */
const mostShredded = 1_000;
/** A connection that is cut off silently is not found out for long: no key is remembered for longer than this, in milliseconds. */
const rememberedMs = 5 * 60_000;
/** How long a statement here may take or wait, in milliseconds: each is for a few rows of one small table. */
const patienceMs = 5_000;

/** What is needed of a transaction to end a person's key. */
export interface ShreddingTransaction {
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
}

/** The keys that fields are sealed with, from the tables `person_key` and `search_key`. */
export interface PersonKeys {
  /** What opens the values of persons; null for one whose key is no more, or never was. */
  find(persons: Iterable<string>): Promise<ReadonlyMap<string, Sealer | null>>;
  /** The same for writing: whoever has no key gets one. What is written of a person whose key is no more, nobody can read. */
  findOrMake(persons: Iterable<string>): Promise<ReadonlyMap<string, Sealer>>;
  /** What hashes the values that are searched. */
  hasher(): Promise<ReturnType<typeof createHasher>>;
  close(): Promise<void>;
}

/** For what a person's key is sealed. @param person a UUID */
export const personKeyContext = (person: string) => `person-key:${person}`;
/** For what a key of hashes is sealed. */
export const searchKeyContext = (id: string) => `search-key:${id}`;

/**
 * Makes all that is sealed for a person unreadable, in this transaction, in all processes, and in all copies that have no key
 * of theirs. A row stays, which says that they get no other key.
 *
 * @param person a UUID
 * @returns whether it was not so before
 */
export async function shredPerson(tx: ShreddingTransaction, person: string): Promise<boolean> {
  const ended = await tx.$executeRawUnsafe(
    `INSERT INTO person_key (person_id, shredded_at) VALUES ($1::uuid, now())
     ON CONFLICT (person_id) DO UPDATE
       SET sealed_key = NULL, shredded_at = excluded.shredded_at WHERE person_key.shredded_at IS NULL`,
    person,
  );
  await tx.$executeRawUnsafe('SELECT pg_notify($1, $2)', shreddedChannel, person);
  return ended > 0;
}

/**
 * Opens the keys. They are read on a connection of their own, so that a transaction that holds one of the domain's connections
 * never waits for another, and the same connection hears which keys are no more. Keys are remembered only while it lives.
 *
 * @param options.master seals the keys
 */
export function openPersonKeys(options: {
  databaseUrl: string;
  master: Sealer;
  logger?: Logger | undefined;
}): PersonKeys {
  const { master, logger } = options;
  const known = new BoundedMap<string, Sealer>(mostKeys);
  const shredded = new BoundedMap<string, true>(mostShredded);
  let hasher: ReturnType<typeof createHasher> | undefined;
  let connection: Promise<pg.Client> | undefined;
  let isClosed = false;
  /** Which time keys are remembered: what was asked before it began is not remembered. */
  let era = { begun: Date.now() };

  function forgetKeys(): void {
    era = { begun: Date.now() };
    hasher = undefined;
    known.clear();
  }

  function connect(): Promise<pg.Client> {
    if (isClosed) throw new Error('the keys of sealed fields are closed');
    connection ??= open().catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  async function open(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: directUrl(options.databaseUrl),
      connectionTimeoutMillis: patienceMs,
      statement_timeout: patienceMs,
      keepAlive: true,
    });
    let isOpen = false;
    const lose = () => {
      if (isOpen) connection = undefined;
      isOpen = false;
      forgetKeys();
    };
    client.on('error', lose);
    client.on('end', lose);
    client.on('notification', ({ payload: person = '' }) => {
      shredded.set(person, true);
      known.delete(person);
    });
    await client.connect();
    await client.query(`LISTEN ${shreddedChannel}`);
    isOpen = true;
    return client;
  }

  async function query<Row extends pg.QueryResultRow>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return (await (await connect()).query<Row>(sql, values)).rows;
  }

  async function read(persons: readonly string[], into: Map<string, Sealer | null>): Promise<void> {
    if (persons.length === 0) return;
    const asked = era;
    const rows = await query<{ person: string; key: string | null }>(
      'SELECT person_id AS person, sealed_key AS key FROM person_key WHERE person_id = ANY($1::uuid[])',
      persons,
    );
    for (const { person, key } of rows) {
      const sealer = key && !shredded.get(person) ? unsealKey(person, key) : null;
      into.set(person, sealer);
      if (sealer && asked === era) known.set(person, sealer);
    }
  }

  function unsealKey(person: string, key: string): Sealer | null {
    try {
      return personSealer(master.unseal(key, personKeyContext(person)));
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      // What is sealed for one person is lost; that is no reason to keep everything else from everybody.
      logger?.error({ err: error, person }, 'the key of a person cannot be unsealed');
      return null;
    }
  }

  function remembered(persons: Iterable<string>): [Map<string, Sealer | null>, string[]] {
    if (Date.now() - era.begun > rememberedMs) forgetKeys();
    const found = new Map<string, Sealer | null>();
    const missing: string[] = [];
    for (const person of new Set(persons)) {
      const sealer = known.get(person);
      if (sealer) found.set(person, sealer);
      else missing.push(person);
    }
    return [found, missing];
  }

  async function find(persons: Iterable<string>): Promise<Map<string, Sealer | null>> {
    const [found, missing] = remembered(persons);
    await read(missing, found);
    return found;
  }

  return {
    find,

    async findOrMake(persons) {
      const wanted = new Set(persons);
      const found = await find(wanted);
      const missing = [...wanted].filter((person) => !found.has(person)).sort();
      if (missing.length > 0) {
        const keys = missing.map((person) => master.seal(randomBytes(32), personKeyContext(person)));
        // Another process may make one at the same moment: what is there is read afterwards.
        await query(
          `INSERT INTO person_key (person_id, sealed_key)
           SELECT * FROM unnest($1::uuid[], $2::text[]) ON CONFLICT (person_id) DO NOTHING`,
          missing,
          keys,
        );
        await read(missing, found);
      }
      return new Map(
        [...wanted].map((person) => [person, found.get(person) ?? personSealer(randomBytes(32))]),
      );
    },

    async hasher() {
      if (hasher) return hasher;
      const select = "SELECT sealed_key AS key FROM search_key WHERE id = 'current'";
      const [first] = await query<{ key: string }>(select);
      if (!first)
        await query(
          "INSERT INTO search_key (id, sealed_key) VALUES ('current', $1) ON CONFLICT (id) DO NOTHING",
          master.seal(randomBytes(32), searchKeyContext('current')),
        );
      const [{ key } = { key: '' }] = first ? [first] : await query<{ key: string }>(select);
      hasher = createHasher(master.unseal(key, searchKeyContext('current')));
      return hasher;
    },

    async close() {
      isClosed = true;
      const client = await connection?.catch(() => undefined);
      await client?.end();
    },
  };
}
