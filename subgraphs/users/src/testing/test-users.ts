import { PrismaClient } from '@kronos/prisma-users';
import { permissions } from '@kronos/prisma-users/roles';
import { seed } from '@kronos/prisma-users/seed';
import { type CreateSubgraph, encodeId, newId } from '@kronos/subgraph';
import {
  type Actor,
  createTestDomain,
  createTestProducer,
  openTestFields,
  type TestDomain,
  type TestProducer,
} from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { sealedFields } from '../sealed-fields.ts';
import { createSubgraph } from '../subgraph.ts';

/** Every right that there is, in alphabetical order: who has them all may give them all. */
export const allScopes = Object.keys(permissions).sort();

/** Someone who has signed up: an actor with the right to call, and their id in the graph. */
export interface Person extends Actor {
  userId: string;
  id: string;
}

/** The users subgraph with its roles, and the events of an auth domain that it lives on. */
export interface TestUsers extends TestDomain {
  /** With what is sealed in the clear. */
  db: PrismaClient;
  /** With everything as it lies there. */
  raw: PrismaClient;
  auth: TestProducer;
  /** The domain that says whose an event is. */
  events: TestProducer;
  /** The domain that says whose a project is. */
  projects: TestProducer;
  /**
   * Lets someone sign up as auth would announce it. Resolves when the event is in the log, not when it is consumed.
   *
   * @param roles that auth gives them
   */
  signUp(displayName: string, roles?: string[]): Promise<Person>;
}

/** @param create as it is served, when omitted */
export async function createTestUsers(create: CreateSubgraph = createSubgraph): Promise<TestUsers> {
  const domain = await createTestDomain('users', create);
  await seed({ databaseUrl: domain.databaseUrl });
  const auth = await createTestProducer('auth', domain.redisUrl);
  const events = await createTestProducer('events', domain.redisUrl);
  const projects = await createTestProducer('projects', domain.redisUrl);
  const raw = new PrismaClient({ adapter: new PrismaPg({ connectionString: domain.databaseUrl, max: 2 }) });
  const sealed = openTestFields(raw, domain.databaseUrl, sealedFields);
  return {
    ...domain,
    db: sealed.database,
    raw,
    auth,
    events,
    projects,
    async signUp(displayName, roles = ['user']) {
      const userId = newId();
      await auth.publish('userCreated', { userId, displayName, roles });
      return { userId, id: encodeId('user', userId), roles };
    },
    async [Symbol.asyncDispose]() {
      await sealed.close();
      await raw.$disconnect();
      await auth[Symbol.asyncDispose]();
      await events[Symbol.asyncDispose]();
      await projects[Symbol.asyncDispose]();
      await domain[Symbol.asyncDispose]();
    },
  };
}
