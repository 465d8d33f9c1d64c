import { PrismaClient } from '@kronos/prisma-notifications';
import { encodeId, newId } from '@kronos/subgraph';
import {
  type Actor,
  createTestDomain,
  createTestProducer,
  openTestFields,
  type TestDomain,
  type TestProducer,
} from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { vi } from 'vitest';
import { sealedFields } from '../sealed-fields.ts';
import { createSubgraph } from '../subgraph.ts';

/** Someone with the right to call, and their id in the graph. */
export interface Person extends Actor {
  userId: string;
  id: string;
}

/** A new person of whom nothing has happened yet. */
export function person(): Person {
  const userId = newId();
  return { userId, id: encodeId('user', userId) };
}

/** The notifications subgraph, and the domains whose events it lives on. */
export interface TestNotifications extends TestDomain {
  /** With what is sealed in the clear. */
  db: PrismaClient;
  /** With everything as it lies there. */
  raw: PrismaClient;
  auth: TestProducer;
  events: TestProducer;
  /** The titles of what someone has got, oldest first, as soon as there are this many. */
  titlesOf(recipient: Person, count: number): Promise<string[]>;
}

export async function createTestNotifications(): Promise<TestNotifications> {
  const domain = await createTestDomain('notifications', createSubgraph);
  const auth = await createTestProducer('auth', domain.redisUrl);
  const events = await createTestProducer('events', domain.redisUrl);
  const raw = new PrismaClient({
    adapter: new PrismaPg({ connectionString: domain.databaseUrl, max: 2 }),
  });
  const sealed = openTestFields(raw, domain.databaseUrl, sealedFields);
  const db = sealed.database;
  return {
    ...domain,
    db,
    raw,
    auth,
    events,
    titlesOf: ({ userId }, count) =>
      vi.waitFor(
        async () => {
          const rows = await db.notification.findMany({
            where: { recipientId: userId },
            orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          });
          if (rows.length < count) throw new Error(`${rows.length} notifications of ${count} have come.`);
          return rows.map(({ title }) => title);
        },
        { timeout: 10_000, interval: 20 },
      ),
    async [Symbol.asyncDispose]() {
      await sealed.close();
      await raw.$disconnect();
      await auth[Symbol.asyncDispose]();
      await events[Symbol.asyncDispose]();
      await domain[Symbol.asyncDispose]();
    },
  };
}
