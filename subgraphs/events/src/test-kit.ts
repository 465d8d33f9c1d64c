import type { Event, PrismaClient } from '@kronos/prisma-events';
import { encodeId, newId, tryDecodeId } from '@kronos/subgraph';
import { type Actor, createTestDomain, type TestDomain } from '@kronos/subgraph/testing';
import { expect, vi } from 'vitest';
import { createDatabase } from './database.ts';
import { lockEvent } from './event.write.ts';
import { createSubgraph } from './subgraph.ts';

/** The events subgraph on a database and a Redis of its own, with the steps that its tests share. */
export async function createTestEvents() {
  const domain = await createTestDomain('events', createSubgraph);
  const db = createDatabase(domain.databaseUrl);
  return {
    ...domain,
    db,
    ...createSteps(domain),
    /** Moves the event's times into the past, which no mutation does. */
    async end(id: string): Promise<void> {
      await db.event.update({ where: { id: uuidOf(id) }, data: { startsAt: new Date(0), endsAt: null } });
    },
    /** Runs the actions so that each of them has come to the event's lock before the first gets it. */
    async together<Result>(id: string, actions: (() => Promise<Result>)[]): Promise<Result[]> {
      const { results } = await db.$transaction(async (tx) => {
        await lockEvent(tx, uuidOf(id));
        const results = Promise.all(actions.map((action) => action()));
        await vi.waitFor(async () => expect(await waitingForLocks(db)).toBe(actions.length), 5_000);
        return { results };
      });
      return results;
    },
    /** The events in the outbox that are for everybody's ears, the first one first. */
    async outbox() {
      const where = { name: { not: 'eventOwned' } };
      const rows = await db.outbox.findMany({ where, orderBy: { sequence: 'asc' } });
      return rows.map(({ name, payload }) => ({ name, payload: payload as Record<string, unknown> }));
    },
    async [Symbol.asyncDispose]() {
      await db.$disconnect();
      await domain[Symbol.asyncDispose]();
    },
  };
}

export type TestEvents = Awaited<ReturnType<typeof createTestEvents>>;

/** Not to be asked within a transaction: there PostgreSQL goes on giving its first answer. */
async function waitingForLocks(db: PrismaClient): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row?.count ?? 0;
}

/** Somebody, always the same. */
export interface Person extends Actor {
  userId: string;
  /** `user_…` */
  id: string;
}

/** Somebody new. */
export function somebody(scopes: string[] = []): Person {
  const userId = newId();
  return { userId, id: encodeId('user', userId), scopes };
}

/** A person who holds `events:moderate`. */
export const somebodyModerating = () => somebody(['events:moderate']);

export const startsAt = '2030-01-15T18:00:00.000Z';

/** The UUID of an id of any type. */
export function uuidOf(id: string): string {
  return tryDecodeId(id.slice(0, id.lastIndexOf('_')), id) as string;
}

/** What a mutation's payload looks like to these tests. */
type Payload = Record<string, { id: string } & Record<string, unknown>> & {
  userErrors: { code: string; message: string; field: string[] | null }[];
};

function createSteps({ execute }: TestDomain) {
  /** The payload of a mutation that takes `id` and `input`, as far as it takes them. */
  async function mutate(field: string, variables: Record<string, unknown>, as: Actor): Promise<Payload> {
    const types = { id: 'ID!', input: `${field[0]?.toUpperCase()}${field.slice(1)}Input!` };
    const names = Object.keys(variables) as (keyof typeof types)[];
    const parameters = names.map((name) => `$${name}: ${types[name]}`).join(', ');
    const args = names.map((name) => `${name}: $${name}`).join(', ');
    const thing = field.startsWith('event') ? `event { ${eventFields} }` : 'registration { id status }';
    const document = `mutation (${parameters}) { ${field}(${args}) { ${thing} userErrors { code message field } } }`;
    const { data, errors } = await execute(document, variables, as);
    if (errors) throw new Error(`${field}: ${JSON.stringify(errors)}`);
    return data?.[field];
  }

  return {
    mutate,
    /** An event that `as` organises. */
    async given(
      as: Actor,
      input: Record<string, unknown> = {},
    ): Promise<Pick<Event, 'id' | 'slug' | 'title'>> {
      const { event, userErrors } = await mutate(
        'eventCreate',
        { input: { title: 'Launch', startsAt, ...input } },
        as,
      );
      if (!event) throw new Error(JSON.stringify(userErrors));
      return event as never;
    },
    /** A registration for the event; its id. */
    async registered(as: Actor, eventId: string, attendeeId?: string): Promise<string> {
      const { registration, userErrors } = await mutate(
        'registrationCreate',
        { input: { eventId, attendeeId } },
        as,
      );
      if (!registration) throw new Error(JSON.stringify(userErrors));
      return registration.id;
    },
    /** The codes of a mutation's user errors. */
    async faults(field: string, variables: Record<string, unknown>, as: Actor): Promise<string[]> {
      return (await mutate(field, variables, as)).userErrors.map(({ code }) => code);
    },
    /** The titles in the list, in its order. */
    async titles(as: Actor | undefined, args = ''): Promise<string[]> {
      const { data, errors } = await execute(`{ events${args && `(${args})`} { nodes { title } } }`, {}, as);
      if (errors) throw new Error(JSON.stringify(errors));
      return data?.events.nodes.map(({ title }: { title: string }) => title);
    },
  };
}

const eventFields = `id slug title description startsAt endsAt timeZone location onlineUrl status visibility
  cancelReason organizer { id } capacity remaining createdAt updatedAt`;
