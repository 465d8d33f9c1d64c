import { PrismaClient } from '@kronos/prisma-auth';
import { verifyPassword } from '@kronos/prisma-auth/password-hash';
import { sealedFields } from '@kronos/prisma-auth/sealed-fields';
import { seed } from '@kronos/prisma-auth/seed';
import { testMasterKeys } from '@kronos/sealing/testing';
import { encodeId } from '@kronos/subgraph';
import { createTestDatabase, openTestFields } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { beforeEach, expect, test } from 'vitest';

const environment = {
  KRONOS_ADMIN_EMAIL: 'Root@Example.com',
  KRONOS_ADMIN_PASSWORD: 'a password of root',
  KRONOS_MASTER_KEYS: testMasterKeys,
};
let databaseUrl: string;
let database: PrismaClient;

beforeEach(async () => {
  const created = await createTestDatabase('auth');
  databaseUrl = created.url;
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 2 }) });
  const sealed = openTestFields(client, databaseUrl, sealedFields);
  database = sealed.database;
  // The suite's template has an administrator.
  await database.account.deleteMany();
  await database.outbox.deleteMany();
  return async () => {
    await sealed.close();
    await client.$disconnect();
    await created[Symbol.asyncDispose]();
  };
});

test('opens the account of the first administrator with its event', async () => {
  expect(await seed({ databaseUrl, environment })).toBe('administrator root@example.com: account opened');
  const account = await database.account.findUniqueOrThrow({ where: { email: 'root@example.com' } });
  expect(account.roles).toEqual(['admin', 'user']);
  expect(await verifyPassword(account.passwordHash!, 'a password of root')).toBe(true);
  const events = await database.outbox.findMany({ select: { name: true, payload: true } });
  expect(events).toEqual([
    {
      name: 'userCreated',
      payload: { userId: account.id, displayName: 'Administrator', roles: ['admin', 'user'] },
    },
  ]);
});

test('does it once, also when two processes start together', async () => {
  const lines = await Promise.all([seed({ databaseUrl, environment }), seed({ databaseUrl, environment })]);
  expect(lines.toSorted()).toEqual([
    'administrator root@example.com: account opened',
    'administrator root@example.com: there already',
  ]);
  const later = { ...environment, KRONOS_ADMIN_EMAIL: 'other@example.com' };
  expect(await seed({ databaseUrl, environment: later })).toBe(
    'administrator root@example.com: there already',
  );
  expect(await database.account.count()).toBe(1);
  expect(await database.outbox.count()).toBe(1);
});

test('does nothing when no administrator is asked for', async () => {
  expect(await seed({ databaseUrl, environment: { KRONOS_MASTER_KEYS: testMasterKeys } })).toBe(
    'no administrator asked for',
  );
  expect(await database.account.count()).toBe(0);
});

test('raises nobody who has signed up with the address before', async () => {
  await database.account.create({
    data: {
      id: crypto.randomUUID(),
      email: 'root@example.com',
      passwordHash: '-',
      roles: ['user'],
      scopes: [],
    },
  });
  await expect(seed({ databaseUrl, environment })).rejects.toThrow(
    'belongs to someone who is no administrator',
  );
});

test('refuses what is no address', async () => {
  const wrong = { ...environment, KRONOS_ADMIN_EMAIL: 'root' };
  await expect(seed({ databaseUrl, environment: wrong })).rejects.toThrow('KRONOS_ADMIN_EMAIL is "root"');
});

test('registers the services once, with their secrets and no more than they need', async () => {
  const secrets = {
    KRONOS_MASTER_KEYS: testMasterKeys,
    KRONOS_SERVICE_SECRETS: JSON.stringify({ gaia: 'first', hyperion: 'second', other: 'third' }),
  };
  expect(await seed({ databaseUrl, environment: secrets })).toBe(
    'no administrator asked for; 2 services registered',
  );
  expect(await seed({ databaseUrl, environment: secrets })).toBe('no administrator asked for');
  const clients = await database.oAuthClient.findMany({
    where: { name: { in: ['gaia', 'hyperion', 'other'] } },
    orderBy: { name: 'asc' },
    include: { secrets: true },
  });
  expect(clients).toMatchObject([
    { name: 'gaia', scopes: ['metrics:read'], grantTypes: ['client_credentials'], isConfidential: true },
    { name: 'hyperion', scopes: ['service'] },
  ]);
  expect(clients.map((client) => client.secrets.length)).toEqual([1, 1]);
});

test('a service that was deleted does not come back', async () => {
  const secrets = {
    KRONOS_MASTER_KEYS: testMasterKeys,
    KRONOS_SERVICE_SECRETS: JSON.stringify({ 'ouranos-desk': 'leaked' }),
  };
  await seed({ databaseUrl, environment: secrets });
  const { id } = await database.oAuthClient.delete({
    where: { id: (await database.oAuthClient.findFirstOrThrow({ where: { name: 'ouranos-desk' } })).id },
  });
  await database.securityEvent.create({
    data: {
      id: crypto.randomUUID(),
      kind: 'OAUTH_CLIENT_DELETED',
      details: { client: encodeId('oauth_client', id) },
    },
  });
  expect(await seed({ databaseUrl, environment: secrets })).toBe('no administrator asked for');
});
