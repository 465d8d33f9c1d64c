import { PrismaClient } from '@kronos/prisma-router';
import { seed } from '@kronos/prisma-router/seed';
import { encodeId, newId } from '@kronos/subgraph';
import { type Actor, createTestDomain, type TestDomain } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { expect } from 'vitest';
import { createSubgraph } from '../subgraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it has asked for.
export type Json = any;

/** Somebody, always the same. */
export interface Person extends Actor {
  userId: string;
  /** `user_…` */
  id: string;
}

/** Somebody new. */
export function somebody(...scopes: string[]): Person {
  const userId = newId();
  return { userId, id: encodeId('user', userId), scopes };
}

/** Somebody new who may see and change all rules. */
export const administrator = () => somebody('router:read', 'router:write');

/** The router subgraph on a database with its seeds and a Redis of its own, with the steps that its tests share. */
export interface TestRouter extends TestDomain {
  db: PrismaClient;
  /** Whoever asks when nobody else is named. */
  admin: Person;
  /** The data of an operation that must come back without errors. */
  data(document: string, variables?: object, as?: Actor): Promise<Json>;
  /** The payload of a mutation that takes these arguments: `selection` with `userErrors`. */
  mutate(field: string, args: Record<string, unknown>, selection?: string, as?: Actor): Promise<Json>;
  /** The user errors of such a mutation, as `CODE field.path`. */
  faults(field: string, args: Record<string, unknown>): Promise<string[]>;
  /** The kinds of `edgeRulesChanged` since this was last asked. */
  announced(): Promise<string[]>;
}

/** @param environment further variables; subgraphs are not watched, and usage is not looked at, unless these say so */
export async function createTestRouter(environment: NodeJS.ProcessEnv = {}): Promise<TestRouter> {
  const domain = await createTestDomain('router', createSubgraph, {
    ROUTER_PROBE_INTERVAL_MS: '3600000',
    ROUTER_USAGE_INTERVAL_MS: '3600000',
    ...environment,
  });
  await seed({ databaseUrl: domain.databaseUrl });
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: domain.databaseUrl, max: 2 }) });
  const admin = administrator();
  let seen = (await newest(db)) ?? 0n;

  async function data(document: string, variables: object = {}, as: Actor = admin): Promise<Json> {
    const result = await domain.execute(document, variables, as);
    expect(result.errors).toBeUndefined();
    return result.data;
  }

  async function mutate(
    field: string,
    args: Record<string, unknown>,
    selection = '__typename',
    as: Actor = admin,
  ): Promise<Json> {
    const types = Object.keys(args).map((name) => `$${name}: ${typeOf(field, name)}`);
    const passed = Object.keys(args).map((name) => `${name}: $${name}`);
    const document = `mutation (${types.join(', ')}) {
      ${field}(${passed.join(', ')}) { ${selection} userErrors { code message field details } }
    }`;
    return (await data(document, args, as))[field];
  }

  function typeOf(field: string, argument: string): string {
    const mutation = domain.subgraph.schema.getMutationType()!.getFields()[field]!;
    return String(mutation.args.find(({ name }) => name === argument)!.type);
  }

  return {
    ...domain,
    db,
    admin,
    data,
    mutate,
    async faults(field, args) {
      const { userErrors } = await mutate(field, args);
      return userErrors.map(
        ({ code, field: path }: { code: string; field: string[] | null }) =>
          `${code} ${path?.join('.') ?? ''}`,
      );
    },
    async announced() {
      const rows = await db.outbox.findMany({
        where: { name: 'edgeRulesChanged', sequence: { gt: seen } },
        orderBy: { sequence: 'asc' },
      });
      seen = rows.at(-1)?.sequence ?? seen;
      return rows.map(({ payload }) => (payload as { kind: string }).kind);
    },
    async [Symbol.asyncDispose]() {
      await db.$disconnect();
      await domain[Symbol.asyncDispose]();
    },
  };
}

async function newest(db: PrismaClient): Promise<bigint | undefined> {
  return (await db.outbox.findFirst({ orderBy: { sequence: 'desc' } }))?.sequence;
}
