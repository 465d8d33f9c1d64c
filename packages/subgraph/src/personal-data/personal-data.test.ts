import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@kronos/subgraph/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { personalDataFaults } from '../testing/personal-data-faults.ts';
import { erasePerson } from './erase-person.ts';
import { type ExportPart, exportPerson } from './export-person.ts';
import {
  anonymised,
  erased,
  erasedBy,
  type PersonalData,
  type PersonalTransaction,
  retained,
} from './personal-data.ts';
import { createSealingKeys, seal, unseal } from './sealed.ts';

const [ada, ben] = [randomUUID(), randomUUID()];

const personalData: PersonalData<PersonalTransaction> = {
  tables: {
    letter: { holds: 'Letters.', person: ['writer_id', 'reader_id'], onErasure: erased },
    score: {
      holds: 'Scores.',
      person: 'player',
      named: (userId) => `user:${userId}`,
      withheld: ['secret'],
      onErasure: anonymised({ player: 'nobody', note: null }),
    },
    invoice: {
      holds: 'Invoices.',
      person: 'owner_id',
      onErasure: retained('The law wants it for ten years.'),
    },
    visit: {
      holds: 'Visits.',
      person: 'user_id',
      onErasure: erasedBy(async (tx, userId) => ({
        erased: await tx.$executeRawUnsafe('DELETE FROM visit WHERE user_id = $1::uuid', userId),
      })),
    },
  },
  others: { rule: 'A rule.' },
};

let database: TestDatabase;
let client: Client;
let tx: PersonalTransaction;
beforeAll(async () => {
  // A database like that of any domain; which one does not matter.
  database = await createTestDatabase('notifications');
  client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    DROP TABLE notification, attendance, known_event, person_key, search_key;
    CREATE TABLE letter (writer_id uuid, reader_id uuid, body text);
    CREATE TABLE score (player text, points int, note text, secret text);
    CREATE TABLE invoice (owner_id uuid, total int);
    CREATE TABLE visit (user_id uuid);
    CREATE TABLE rule (id int);`);
  tx = {
    $queryRawUnsafe: async (sql, ...values) => (await client.query(sql, values)).rows as never,
    $executeRawUnsafe: async (sql, ...values) => (await client.query(sql, values)).rowCount ?? 0,
  };
});
afterAll(async () => {
  await client.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await client.query('BEGIN');
  await client.query('TRUNCATE letter, score, invoice, visit');
  await client.query('INSERT INTO letter VALUES ($1, $2, $3), ($2, $1, $4), ($2, $2, $5)', [
    ada,
    ben,
    'Dear Ben',
    'Dear Ada',
    'Dear me',
  ]);
  await client.query(`INSERT INTO score VALUES ($1, 7, 'won', 's1'), ($2, 8, 'lost', 's2')`, [
    `user:${ada}`,
    `user:${ben}`,
  ]);
  await client.query('INSERT INTO invoice VALUES ($1, 10), ($1, 20), ($2, 30)', [ada, ben]);
  await client.query('INSERT INTO visit VALUES ($1), ($2)', [ada, ben]);
  return async () => {
    await client.query('ROLLBACK');
  };
});

async function exported(userId: string): Promise<ExportPart[]> {
  const parts: ExportPart[] = [];
  for await (const part of exportPerson(tx, personalData, userId)) parts.push(part);
  return parts;
}

const read = async (sql: string) => (await client.query(sql)).rows;

test('a person is erased from each table as it is registered, and nobody else', async () => {
  expect(await erasePerson(tx, personalData, ada)).toEqual({
    erased: 3,
    anonymised: 1,
    retained: 2,
    reason: 'The law wants it for ten years.',
  });
  expect(await read('SELECT body FROM letter')).toEqual([{ body: 'Dear me' }]);
  expect(await read('SELECT player, points, note FROM score ORDER BY points')).toEqual([
    { player: 'nobody', points: 7, note: null },
    { player: `user:${ben}`, points: 8, note: 'lost' },
  ]);
  expect(await read('SELECT total FROM invoice')).toHaveLength(3);
  expect(await read('SELECT user_id FROM visit')).toEqual([{ user_id: ben }]);

  const again = await erasePerson(tx, personalData, ada);
  expect(again).toMatchObject({ erased: 0, anonymised: 0, retained: 2 });
});

test('an export has all rows about the person, without what is withheld', async () => {
  const parts = await exported(ada);

  expect(parts).toEqual([
    {
      rows: 6,
      tables: [
        {
          table: 'letter',
          holds: 'Letters.',
          rows: [
            { writer_id: ada, reader_id: ben, body: 'Dear Ben' },
            { writer_id: ben, reader_id: ada, body: 'Dear Ada' },
          ],
        },
        { table: 'score', holds: 'Scores.', rows: [{ player: `user:${ada}`, points: 7, note: 'won' }] },
        {
          table: 'invoice',
          holds: 'Invoices.',
          rows: [
            { owner_id: ada, total: 10 },
            { owner_id: ada, total: 20 },
          ],
        },
        { table: 'visit', holds: 'Visits.', rows: [{ user_id: ada }] },
      ],
    },
  ]);
  expect(await exported(randomUUID())).toEqual([]);
});

test('a large export comes in parts of a bounded size', async () => {
  await client.query(
    `INSERT INTO letter SELECT $1, $2, repeat('x', 1000) || number FROM generate_series(1, 1000) AS number`,
    [ada, ben],
  );
  const parts = await exported(ada);

  expect(parts.length).toBeGreaterThan(5);
  expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(1006);
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(140 * 1024);
});

test('what is sealed is read with the private key alone', async () => {
  const [keys, others] = [await createSealingKeys(), await createSealingKeys()];
  const sealed = await seal('Ada was here', keys.publicKey);

  expect(sealed).not.toContain('Ada');
  expect(await unseal(sealed, keys.privateKey)).toBe('Ada was here');
  await expect(unseal(sealed, others.privateKey)).rejects.toThrow();
});

test('what is not registered, or not there, is found', async () => {
  await client.query('COMMIT');
  const { score, invoice } = personalData.tables;
  const faults = await personalDataFaults(database.url, {
    tables: { score: score!, invoice: { ...invoice!, person: 'total' }, journey: invoice! },
    others: { rule: 'A rule.', visit: 'Nothing of people.' },
  });

  expect(faults.sort()).toEqual([
    'There is no table journey.',
    'invoice.owner_id may name a person: put it in “person” or “mentions”.',
    'letter is not registered in personal-data.ts.',
  ]);
});
