import { PrismaClient } from '@kronos/prisma-users';
import { newId } from '@kronos/subgraph';
import { PrismaPg } from '@prisma/adapter-pg';
import { expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { createTestUsers } from './testing/test-users.ts';

const page = `query($first: Int) { users(first: $first) { nodes {
  displayName suspension { reason by { id } } dataExports { steps { domain } } preferences { theme }
  roles { name } groups { name } } } }`;
const administrator = { scopes: ['users:read', 'users:export'] };

test('what ten people have costs as many queries as what one has', async () => {
  const statements: string[] = [];
  await using users = await createTestUsers((environment) => {
    const adapter = new PrismaPg({ connectionString: environment.USERS_DATABASE_URL, max: 5 });
    const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
    client.$on('query', ({ query }) => statements.push(query));
    return createSubgraph(environment, client);
  });
  const { db } = users;
  const group = await db.group.create({ data: { id: newId(), name: 'Everybody' } });
  const role = await db.role.findFirstOrThrow({ where: { name: 'user' } });
  for (let index = 0; index < 10; index += 1) {
    const id = newId();
    const memberships = { roles: { create: { roleId: role.id } }, groups: { create: { groupId: group.id } } };
    await db.user.create({
      data: { id, displayName: `Number ${index}`, status: 'SUSPENDED', ...memberships },
    });
    const suspension = { id: newId(), userId: id, reason: `number ${index}`, suspendedBy: id };
    await db.suspension.create({ data: suspension });
    const keys = { publicKey: {}, privateKey: {}, expiresAt: new Date(Date.now() + 3_600_000) };
    const steps = { create: { domain: 'events' } };
    await db.dataExport.create({ data: { id: newId(), userId: id, ...keys, steps } });
  }
  const costOf = async (first: number) => {
    statements.length = 0;
    const { data, errors } = await users.execute(page, { first }, administrator);
    expect(errors).toBeUndefined();
    expect(data!.users.nodes).toHaveLength(first);
    for (const person of data!.users.nodes) {
      expect(person).toMatchObject({
        suspension: { reason: person.displayName.toLowerCase(), by: { id: expect.any(String) } },
        dataExports: [{ steps: [{ domain: 'events' }] }],
        preferences: { theme: 'SYSTEM' },
        roles: [{ name: 'user' }],
        groups: [{ name: 'Everybody' }],
      });
    }
    // What belongs to the rows: what goes on beside the request asks otherwise.
    return statements.filter((sql) => /_id" (=|IN) ?\(?\$/.test(sql)).length;
  };

  // The first opens the keys of what is sealed of these people.
  await costOf(10);
  const one = await costOf(1);
  expect(await costOf(10)).toBe(one);
});
