import { PrismaClient } from '@kronos/prisma-auth';
import { sealedFields } from '@kronos/prisma-auth/sealed-fields';
import { openSealedFields, SealedFieldError, type SealedFieldsOf, shredPerson } from '@kronos/sealing';
import { tryParseMasterKeys } from '@kronos/sealing/master-keys';
import { testMasterKeys } from '@kronos/sealing/testing';
import { createLogger } from '@kronos/service';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { domainAdapter } from './domain-adapter.ts';
import { newId } from './ids.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

let masterKeys = tryParseMasterKeys(testMasterKeys)!;
const logger = createLogger({ name: 'test', level: 'silent' });

let place: TestDatabase;
/** As everything lies there. */
let raw: PrismaClient;
/** Two processes of one domain. */
let fields: SealedFieldsOf<PrismaClient>;
let others: SealedFieldsOf<PrismaClient>;
/** As a domain sees it. */
let db: PrismaClient;
beforeAll(async () => {
  place = await createTestDatabase('auth');
  raw = new PrismaClient({ adapter: domainAdapter(place.url) });
  const options = { client: raw, databaseUrl: place.url, masterKeys: () => masterKeys, fields: sealedFields };
  fields = openSealedFields(options);
  others = openSealedFields(options);
  db = fields.database;
});
afterAll(async () => {
  await Promise.all([fields.close(), others.close()]);
  await raw.$disconnect();
  await place[Symbol.asyncDispose]();
});

let count = 0;
const address = () => `person-${++count}@example.com`;
const account = (email = address()) => ({ id: newId(), email, roles: ['user'], scopes: [] });
const token = (accountId: string, email: string) => ({
  hash: String(++count).padStart(64, '0'),
  accountId,
  email,
  purpose: 'VERIFY_EMAIL',
  expiresAt: new Date(Date.now() + 60_000),
});
const identity = (accountId: string, subject: string, provider = 'elsewhere') => ({
  ...{ id: newId(), accountId, provider, issuer: 'https://elsewhere.example', subject },
});
const rawAccount = async (id: string) =>
  (
    await raw.$queryRaw<{ email: string | null; email_hash: string }[]>`
    SELECT email, email_hash FROM account WHERE id = ${id}::uuid`
  )[0]!;

/** All that lies in the tables, as one text. */
async function everything(): Promise<string> {
  const tables = ['account', 'account_token', 'linked_identity', 'person_key', 'search_key'];
  const texts = await Promise.all(
    tables.map((name) => raw.$queryRawUnsafe<{ text: string }[]>(`SELECT t::text AS text FROM "${name}" t`)),
  );
  return texts
    .flat()
    .map(({ text }) => text)
    .join('\n');
}

test('what is written by whichever operation lies there sealed, and is read in the clear', async () => {
  const [ada, ben, cid, dan, eve] = [account(), account(), account(), account(), account()];
  expect(await db.account.create({ data: ada })).toMatchObject(ada);
  await db.account.createMany({ data: [ben, cid] });
  const created = await db.account.createManyAndReturn({ data: [dan], select: { email: true } });
  expect(created).toEqual([{ email: dan.email }]);

  const [changed, again, third, fourth] = [address(), address(), address(), address()];
  const { id } = ada;
  expect(await db.account.update({ where: { id }, data: { email: changed } })).toMatchObject({
    email: changed,
  });
  expect(await db.account.updateMany({ where: { id }, data: { email: { set: again } } })).toEqual({
    count: 1,
  });
  expect(await db.account.updateManyAndReturn({ where: { id }, data: { email: third } })).toMatchObject([
    { email: third },
  ]);
  expect(
    await db.account.upsert({ where: { id }, create: { ...ada, email: fourth }, update: { email: fourth } }),
  ).toMatchObject({ email: fourth });
  const upserted = { where: { id: eve.id }, create: eve, update: { email: eve.email } };
  expect(await db.account.upsert(upserted)).toMatchObject({ email: eve.email });
  await db.$transaction(async (tx) => {
    await tx.accountToken.create({ data: token(id, third) });
    expect(await tx.accountToken.findMany({ where: { accountId: id } })).toMatchObject([{ email: third }]);
  });
  await db.$transaction([
    db.linkedIdentity.create({ data: identity(id, 'subject-of-ada') }),
    db.account.update({ where: { id: ben.id }, data: { email: ben.email } }),
  ]);

  const lying = await everything();
  for (const clear of [ada, ben, cid, dan, eve]
    .map(({ email }) => email)
    .concat(changed, again, third, fourth))
    expect(lying).not.toContain(clear);
  expect(lying).not.toContain('subject-of-ada');
  expect(await rawAccount(id)).toEqual({
    email: expect.stringMatching(/^sealed:v1:person:/),
    email_hash: expect.stringMatching(/^hash:v1:/),
  });
});

test('it is read through selections, relations and counts, and nothing else is added to the answer', async () => {
  const ada = account();
  await db.account.create({ data: ada });
  const { hash } = await db.accountToken.create({ data: token(ada.id, ada.email) });
  await db.linkedIdentity.create({ data: identity(ada.id, 'at-home', 'home') });
  const { id, email } = ada;

  expect(await db.account.findUniqueOrThrow({ where: { id }, select: { email: true } })).toEqual({ email });
  expect(await db.account.findUniqueOrThrow({ where: { id }, select: { roles: true } })).toEqual({
    roles: ['user'],
  });
  expect(Object.keys(await db.account.findUniqueOrThrow({ where: { id } }))).not.toContain('emailSealed');
  expect(
    await db.account.findUniqueOrThrow({
      where: { id },
      select: {
        email: true,
        letterTokens: { select: { email: true, account: { select: { email: true } } } },
        _count: { select: { identities: { where: { subject: 'at-home' } } } },
      },
    }),
  ).toEqual({ email, letterTokens: [{ email, account: { email } }], _count: { identities: 1 } });
  expect(await db.account.findFirstOrThrow({ where: { id }, include: { identities: true } })).toMatchObject({
    email,
    identities: [{ subject: 'at-home' }],
  });
  expect(await db.accountToken.findUnique({ where: { hash }, omit: { accountId: true } })).toMatchObject({
    email,
  });
  expect(await db.accountToken.findUnique({ where: { hash }, omit: { accountId: true } })).not.toHaveProperty(
    'accountId',
  );
  // By way of a model that has nothing sealed itself.
  const session = { id: newId(), accountId: id, expiresAt: new Date(), network: '192.0.2.1' };
  await db.session.create({ data: session });
  expect(
    await db.session.findUniqueOrThrow({
      where: { id: session.id },
      select: { account: { select: { email: true } } },
    }),
  ).toEqual({ account: { email } });
});

test('it is found by its hash, and its uniqueness is that of the values', async () => {
  const [ada, ben] = [account(), account()];
  await db.account.createMany({ data: [ada, ben] });
  await db.linkedIdentity.create({ data: identity(ada.id, 'same') });
  const ids = async (where: Parameters<typeof db.account.findMany>[0]) =>
    (await db.account.findMany({ ...where, select: { id: true } })).map(({ id }) => id).sort();

  expect((await db.account.findUnique({ where: { email: ada.email } }))?.id).toBe(ada.id);
  expect((await others.database.account.findUnique({ where: { email: ada.email } }))?.id).toBe(ada.id);
  expect(await ids({ where: { email: { in: [ada.email, ben.email, address()] } } })).toEqual([
    ada.id,
    ben.id,
  ]);
  expect(await ids({ where: { id: { in: [ada.id, ben.id] }, NOT: { email: ada.email } } })).toEqual([ben.id]);
  expect(await ids({ where: { id: ada.id, email: { not: ben.email } } })).toEqual([ada.id]);
  expect(await ids({ where: { OR: [{ email: { equals: ada.email } }, { id: ben.id }] } })).toEqual([
    ada.id,
    ben.id,
  ]);
  expect(await ids({ where: { identities: { some: { subject: 'same' } } } })).toEqual([ada.id]);
  expect(await db.account.count({ where: { email: ada.email } })).toBe(1);
  const key = { provider_subject: { provider: 'elsewhere', subject: 'same' } };
  expect((await db.linkedIdentity.findUnique({ where: key }))?.subject).toBe('same');
  expect((await db.linkedIdentity.findFirst({ where: { account: { email: ada.email } } }))?.subject).toBe(
    'same',
  );

  await expect(db.account.create({ data: account(ada.email) })).rejects.toMatchObject({ code: 'P2002' });
  await expect(db.linkedIdentity.create({ data: identity(ben.id, 'same') })).rejects.toMatchObject({
    code: 'P2002',
  });
});

test('what a sealed field cannot do is refused, and nothing is stored in the clear', async () => {
  const ada = account();
  await db.account.create({ data: ada });
  const clear = 'clear@example.com';
  const { id } = ada;
  const refused = [
    db.account.findMany({ where: { email: { contains: 'person' } } }),
    db.account.findMany({ where: { email: { equals: ada.email, mode: 'insensitive' } } }),
    db.account.findMany({ where: { emailSealed: ada.email } }),
    db.account.findMany({ orderBy: { email: 'asc' } }),
    db.session.findMany({ orderBy: { account: { email: 'asc' } } }),
    db.accountToken.findMany({ where: { email: ada.email } }),
    db.accountToken.findMany({ distinct: ['email'] }),
    db.account.groupBy({ by: ['email'] }),
    db.account.aggregate({ _max: { email: true } }),
    db.account.update({ where: { email: ada.email }, data: { email: clear } }),
    db.account.updateMany({ where: { roles: { has: 'user' } }, data: { email: clear } }),
    db.account.update({ where: { id }, data: { id: newId() } }),
    db.account.update({ where: { id }, data: { emailSealed: clear } }),
    db.account.upsert({ where: { email: ada.email }, create: ada, update: { email: clear } }),
    db.account.update({ where: { id }, data: { identities: { create: identity(id, clear) as never } } }),
    db.session.update({ where: { id }, data: { account: { update: { email: clear } } } }),
    db.session.update({ where: { id }, data: { account: { update: { data: { email: clear } } } } }),
    db.accountToken.create({
      data: { ...token(id, clear), accountId: undefined, account: { connect: { id } } } as never,
    }),
  ];
  for (const outcome of await Promise.allSettled(refused))
    expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(SealedFieldError);
  expect(await everything()).not.toContain(clear);
});

test('a value that is copied into another row, or column, does not open', async () => {
  const [ada, ben] = [account(), account()];
  await db.account.createMany({ data: [ada, ben] });
  const { hash } = await db.accountToken.create({ data: token(ada.id, ada.email) });
  await raw.$executeRaw`
    UPDATE account SET email = (SELECT email FROM account WHERE id = ${ada.id}::uuid) WHERE id = ${ben.id}::uuid`;
  await raw.$executeRaw`
    UPDATE account_token SET email = (SELECT email FROM account WHERE id = ${ada.id}::uuid) WHERE hash = ${hash}`;

  expect(await db.account.findUnique({ where: { id: ben.id } })).toMatchObject({ email: '' });
  expect(await db.accountToken.findUnique({ where: { hash } })).toMatchObject({ email: '' });
  expect(await db.account.findUnique({ where: { id: ada.id } })).toMatchObject({ email: ada.email });
});

test('what is sealed of somebody whose key is shredded nobody reads any more, in any process', async () => {
  const [ada, ben] = [account(), account()];
  await db.account.createMany({ data: [ada, ben] });
  const email = async (of: PrismaClient, { id }: { id: string }) =>
    (await of.account.findUniqueOrThrow({ where: { id } })).email;
  expect([await email(db, ada), await email(others.database, ada)]).toEqual([ada.email, ada.email]);
  await db.$transaction(async (tx) => {
    expect(await shredPerson(tx, ada.id)).toBe(true);
    expect(await shredPerson(tx, ada.id)).toBe(false);
  });

  await vi.waitFor(async () => {
    expect([await email(db, ada), await email(others.database, ada)]).toEqual(['', '']);
  });
  expect(await email(others.database, ben)).toBe(ben.email);
  // What comes late is written, and read by nobody.
  const late = address();
  await others.database.account.update({ where: { id: ada.id }, data: { email: late } });
  expect(await email(others.database, ada)).toBe('');
  expect(await everything()).not.toContain(late);
  expect(await raw.personKey.findUnique({ where: { personId: ada.id } })).toMatchObject({ sealedKey: null });
});

test('whoever has lost the connection on which shredding is heard remembers no key', async () => {
  const [ada, ben] = [account(), account()];
  await db.account.createMany({ data: [ada, ben] });
  const emailOf = async ({ id }: { id: string }) =>
    (await db.account.findUniqueOrThrow({ where: { id } })).email;
  expect([await emailOf(ada), await emailOf(ben)]).toEqual([ada.email, ben.email]);
  await raw.$queryRaw`
    SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
    WHERE datname = current_database() AND query ~ '^(LISTEN|SELECT person_id|INSERT INTO person_key)'
      AND pid <> pg_backend_pid()`;
  // Nobody is told.
  await raw.personKey.update({
    where: { personId: ada.id },
    data: { sealedKey: null, shreddedAt: new Date() },
  });

  await vi.waitFor(async () => expect(await emailOf(ada)).toBe(''));
  expect(await emailOf(ben)).toBe(ben.email);
  // It listens again.
  await db.$transaction((tx) => shredPerson(tx, ben.id));
  await vi.waitFor(async () => expect(await emailOf(ben)).toBe(''));
});

test('rows from before are sealed in the background, and are found by nobody before that', async () => {
  const before = Array.from({ length: 520 }, () => account());
  for (const { id, email } of before)
    await raw.account.create({ data: { id, email, roles: ['user'], scopes: [] } });
  const [first] = before as [(typeof before)[0]];
  await raw.accountToken.create({ data: token(first.id, first.email) });
  expect(await db.account.findUnique({ where: { id: first.id } })).toMatchObject({ email: first.email });

  const options = { client: raw, databaseUrl: place.url, masterKeys: () => masterKeys, fields: sealedFields };
  const started = openSealedFields(options);
  // Whoever looks for one waits until it can be found.
  const last = before.at(-1)!;
  expect(await started.database.account.findUnique({ where: { email: last.email } })).toMatchObject(last);
  const stop = started.keep({ logger, metrics: new Registry() });
  await vi.waitFor(async () => {
    const lying = await everything();
    expect(before.filter(({ email }) => lying.includes(email))).toEqual([]);
  }, 20_000);
  await stop();
  await started.close();
  const ids = before.map(({ id }) => id);
  const found = await db.account.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
  expect(found.map(({ email }) => email)).toEqual(before.map(({ email }) => email));
});

test('a new master key seals the keys of persons anew, and nothing else', async () => {
  const ada = account();
  await db.account.create({ data: ada });
  const before = await rawAccount(ada.id);
  const newer = { id: 'newer', key: crypto.getRandomValues(new Uint8Array(32)) };
  masterKeys = [newer, ...masterKeys];
  const rotating = openSealedFields({
    ...{ client: raw, databaseUrl: place.url, masterKeys: () => masterKeys, fields: sealedFields },
  });
  const stop = rotating.keep({ logger, metrics: new Registry() });
  await vi.waitFor(
    async () => {
      const [older] = await raw.$queryRaw<{ count: number }[]>`
        SELECT count(*)::int FROM (SELECT sealed_key FROM person_key UNION ALL SELECT sealed_key FROM search_key) keys
        WHERE NOT starts_with(sealed_key, 'sealed:v1:newer:')`;
      expect(older?.count).toBe(0);
    },
    { timeout: 20_000, interval: 100 },
  );
  await stop();
  await rotating.close();
  masterKeys = [newer];

  expect(await rawAccount(ada.id)).toEqual(before);
  const later = openSealedFields({
    ...{ client: raw, databaseUrl: place.url, masterKeys: () => masterKeys, fields: sealedFields },
  });
  expect(await later.database.account.findUnique({ where: { email: ada.email } })).toMatchObject(ada);
  await later.close();
});

test('rows are unsealed as SQL gives them', async () => {
  const ada = account();
  await db.account.create({ data: ada });
  const rows = await raw.$queryRaw<{ row: Record<string, unknown> }[]>`
    SELECT to_jsonb(account) AS row FROM account WHERE id = ${ada.id}::uuid`;
  await fields.unsealRows(
    'account',
    rows.map(({ row }) => row),
  );
  expect(rows[0]!.row).toMatchObject({ id: ada.id, email: ada.email });
  expect(rows[0]!.row).not.toHaveProperty('email_hash');
});

test('whatever is written by whichever operation is what is read', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((value) => !value.includes('\u0000'));
  const operation = fc.constantFrom('create', 'createMany', 'update', 'updateMany', 'upsert' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(operation, text), { minLength: 1, maxLength: 5 }), async (steps) => {
      const { id: accountId } = await db.account.create({ data: account() });
      let hash: string | undefined;
      for (const [kind, email] of steps) {
        const data = token(accountId, email);
        if (!hash || kind === 'create') hash = (await db.accountToken.create({ data })).hash;
        else if (kind === 'createMany') {
          await db.accountToken.createMany({ data: [data] });
          hash = data.hash;
        } else if (kind === 'upsert')
          await db.accountToken.upsert({ where: { hash, accountId }, create: data, update: { email } });
        else if (kind === 'update')
          await db.accountToken.update({ where: { hash, accountId }, data: { email } });
        else await db.accountToken.updateMany({ where: { hash, accountId }, data: { email } });
        expect((await db.accountToken.findUniqueOrThrow({ where: { hash } })).email).toBe(email);
        expect((await raw.accountToken.findUniqueOrThrow({ where: { hash } })).email).toMatch(
          /^sealed:v1:person:/,
        );
      }
    }),
    { numRuns: 40 },
  );
});
