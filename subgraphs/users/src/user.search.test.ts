import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

let users: TestUsers;
let admin: Person;
beforeAll(async () => {
  users = await createTestUsers();
  admin = { ...(await users.signUp('Root')), scopes: ['users:read'] };
  for (const name of ['Ada Lovelace', 'Lovis Corinth', 'Grace Hopper', '100% Ada']) await users.signUp(name);
  const last = await users.signUp('Last');
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: last.id }, admin);
});
afterAll(() => users[Symbol.asyncDispose]());

const search = 'query ($query: String) { users(query: $query) { nodes { displayName } totalCount } }';

test.each([
  ['love', ['Ada Lovelace']],
  ['LOV', ['Ada Lovelace', 'Lovis Corinth']],
  ['lovelace ada', ['Ada Lovelace']],
  ['%', ['100% Ada']],
  ['nobody', []],
])('%j finds %j', async (query, names) => {
  const { data } = await users.execute(search, { query }, admin);
  const found = data?.users.nodes.map(({ displayName }: { displayName: string }) => displayName);

  expect(found.sort()).toEqual([...names].sort());
  expect(data?.users.totalCount).toBe(names.length);
});

test.each([['x'.repeat(201)], ['a '.repeat(11)], ['a\0b']])(
  'a query that is too much is refused %#',
  async (query) => {
    const { errors } = await users.execute(search, { query }, admin);
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  },
);

test('of many people the trigram index finds some', async () => {
  await users.db.$executeRaw`
    INSERT INTO "user" (id, display_name) SELECT gen_random_uuid(), md5(n::text) FROM generate_series(1, 20000) n`;
  // The index takes new rows into a list first, which reading it is dear: a vacuum puts them in their places.
  await users.db.$executeRaw`VACUUM ANALYZE "user"`;
  const plan = await users.db.$queryRaw<{ 'QUERY PLAN': string }[]>`
    EXPLAIN SELECT id FROM "user" WHERE display_name ILIKE '%lovelace%'`;

  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('user_name_text_idx');
});
