import { PrismaClient } from '@kronos/prisma-events';
import { createTestDatabase, createTestSubgraph, testRedisUrl } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { somebody, startsAt } from './test-kit.ts';

test('a page of 20 events costs as many queries as a page of one', async () => {
  await using database = await createTestDatabase('events');
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: database.url, max: 5 }),
    log: [{ emit: 'event', level: 'query' }],
  });
  const statements: string[] = [];
  db.$on('query', ({ query }) => statements.push(query));
  const environment = { EVENTS_DATABASE_URL: database.url, REDIS_URL: await testRedisUrl() };
  await using subgraph = await createTestSubgraph((given) => createSubgraph(given, db), environment);

  const olga = somebody();
  const create = `mutation ($input: EventCreateInput!) { eventCreate(input: $input) { event { id } } }`;
  const register = `mutation ($input: RegistrationCreateInput!) { registrationCreate(input: $input) { registration { id } } }`;
  for (let number = 1; number <= 20; number += 1) {
    const visibility = number % 2 ? 'PUBLIC' : 'PRIVATE';
    const input = { title: `Number ${number}`, startsAt, visibility, capacity: 3 };
    const { data } = await subgraph.execute(create, { input }, olga);
    await subgraph.execute(register, { input: { eventId: data?.eventCreate.event.id } }, olga);
  }

  const page = `query ($first: Int) { events(first: $first) { nodes { title status remaining organizer { id }
    viewerRegistration { status attendee { id } event { title viewerRegistration { id } } } } } }`;
  const countStatements = async (first: number) => {
    statements.length = 0;
    const { data, errors } = await subgraph.execute(page, { first }, olga);
    expect(errors).toBeUndefined();
    expect(data?.events.nodes).toHaveLength(first);
    expect(data?.events.nodes.at(-1).viewerRegistration.event.title).toMatch(/^Number/);
    return statements.length;
  };
  const one = await countStatements(1);
  expect(await countStatements(20)).toBe(one);
  // What entries say to the caller (two), the page, the caller's places, the events of these.
  expect(one).toBe(5);
});
