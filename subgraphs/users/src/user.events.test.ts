import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allScopes, createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const updated =
  'subscription ($id: ID) { userUpdated(id: $id) { eventId occurredAt cursor user { displayName } } }';
const changed = 'subscription ($id: ID) { accessChanged(userId: $id) { cursor user { id roles { name } } } }';

let users: TestUsers;
let ada: Person;
let bob: Person;
let admin: Person;

beforeAll(async () => {
  users = await createTestUsers();
  ada = await users.signUp('Ada');
  bob = await users.signUp('Bob');
  admin = { ...(await users.signUp('Admin', ['admin'])), scopes: allScopes };
  // The administrator's own rights are announced before anybody listens.
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: admin.id }, admin);
});
afterAll(() => users[Symbol.asyncDispose]());

async function rename(person: Person, displayName: string): Promise<void> {
  const { data } = await users.execute(
    'mutation ($id: ID!, $input: UserUpdateInput!) { userUpdate(id: $id, input: $input) { userErrors { code } } }',
    { id: person.id, input: { displayName } },
    person,
  );
  expect(data?.userUpdate.userErrors).toEqual([]);
}

async function giveAndTake(
  field: 'roleAssign' | 'roleUnassign',
  userId: string,
  role: string,
): Promise<void> {
  const { data } = await users.execute(
    `mutation ($userId: ID!, $role: String!) { ${field}(input: {userId: $userId, role: $role}) { userErrors { code } } }`,
    { userId, role },
    admin,
  );
  expect(data?.[field].userErrors).toEqual([]);
}

describe('userUpdated', () => {
  test('without an id is of oneself alone', async () => {
    await using stream = await users.subscribe(updated, {}, ada);
    await rename(bob, 'Robert');
    await rename(ada, 'Ada L.');
    const message = await stream.message();

    expect(message.data?.userUpdated).toEqual({
      eventId: expect.stringMatching(/^evt_/),
      occurredAt: expect.any(String),
      cursor: message.cursor,
      user: { displayName: 'Ada L.' },
    });
  });

  test('of everyone, or of one, for those who may read all', async () => {
    await using everyone = await users.subscribe(updated, {}, admin);
    await using one = await users.subscribe(updated, { id: bob.id }, admin);
    await rename(ada, 'Ada');
    await rename(bob, 'Bob');

    expect((await everyone.message()).data?.userUpdated.user.displayName).toBe('Ada');
    expect((await everyone.message()).data?.userUpdated.user.displayName).toBe('Bob');
    expect((await one.message()).data?.userUpdated.user.displayName).toBe('Bob');
  });

  test('goes on after a cursor without loss', async () => {
    await using stream = await users.subscribe(updated, {}, ada);
    await rename(ada, 'One');
    const { cursor } = await stream.message();
    await stream.return?.();
    await rename(ada, 'Two');
    await using resumed = await users.subscribe(updated, {}, ada, cursor);

    expect((await resumed.message()).data?.userUpdated.user.displayName).toBe('Two');
  });
});

describe('accessChanged', () => {
  test('tells the person', async () => {
    await using stream = await users.subscribe(changed, { id: ada.id }, ada);
    await giveAndTake('roleAssign', ada.id, 'premium');

    expect((await stream.message()).data?.accessChanged.user).toEqual({
      id: ada.id,
      roles: [{ name: 'premium' }, { name: 'user' }],
    });
  });

  test('an administrator who has lost the role hears nothing more of others', async () => {
    const former = { ...(await users.signUp('Former', ['admin'])), scopes: ['users:read'] };
    await using stream = await users.subscribe(updated, {}, former);
    await rename(bob, 'Heard');
    expect((await stream.message()).data?.userUpdated.user.displayName).toBe('Heard');

    await giveAndTake('roleUnassign', former.id, 'admin');
    expect((await stream.message()).data?.userUpdated.user.displayName).toBe('Former');
    await rename(bob, 'Not heard');
    await rename(former, 'Own news still come');
    expect((await stream.message()).data?.userUpdated.user.displayName).toBe('Own news still come');
  });
});
