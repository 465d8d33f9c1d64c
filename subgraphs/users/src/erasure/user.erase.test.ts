import { type EventName, personalDataDomains } from '@kronos/events';
import { encodeId, newId } from '@kronos/subgraph';
import { createTestProducer, createTestSubgraph, type TestProducer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { doWhatIsDue } from '../saga-clock.ts';
import { createSubgraph } from '../subgraph.ts';
import { createTestUsers, type Person, type TestUsers } from '../testing/test-users.ts';

const erase = `mutation ($id: ID!, $after: DateTime) { userErase(id: $id, input: {after: $after}) {
  erasureRequest { id status beginsAt steps { domain status } } userErrors { code field } } }`;
const cancel = `mutation ($id: ID!) { userEraseCancel(id: $id) {
  erasureRequest { status endedAt } userErrors { code field } } }`;
const progress = `query ($id: ID!) { erasureRequest(id: $id) { status user { id } endedAt
  steps { domain status completedAt rowsErased rowsAnonymised rowsRetained retentionReason } } }`;
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

let users: TestUsers;
let others: Record<string, TestProducer>;
let admin: Person;
beforeAll(async () => {
  users = await createTestUsers();
  const domains = personalDataDomains().filter((domain) => domain !== 'auth' && domain !== 'users');
  const producers = await Promise.all(
    domains.map(async (domain) => [domain, await createTestProducer(domain, users.redisUrl)] as const),
  );
  others = { ...Object.fromEntries(producers), auth: users.auth };
  admin = { ...(await users.signUp('Admin', ['admin'])), scopes: ['users:erase', 'users:read'] };
});
afterAll(async () => {
  for (const [domain, producer] of Object.entries(others))
    if (domain !== 'auth') await producer[Symbol.asyncDispose]();
  await users[Symbol.asyncDispose]();
});

const request = async (person: Person, as: Person, after?: string) =>
  (await users.execute(erase, { id: person.id, after }, as)).data?.userErase;
const look = async (id: string, as?: Person) =>
  (await users.execute(progress, { id }, as)).data?.erasureRequest;
/** The domains that were asked so far, in order. */
const asked = async (userId: string) => {
  const rows = await users.db.outbox.findMany({
    where: { name: 'erasureStepRequested' },
    orderBy: { sequence: 'asc' },
  });
  return rows
    .map(({ payload }) => payload as { userId: string; domain: string; requestId: string })
    .filter((payload) => payload.userId === userId);
};
/** Answers as that domain would. */
async function answer(domain: string, requestId: string, userId: string, rowsErased = 1): Promise<void> {
  const outcome = { rowsErased, rowsAnonymised: 0, rowsRetained: 0, retentionReason: null };
  await others[domain]!.publish(
    `${domain}DataErased` as EventName,
    { requestId, userId, ...outcome } as never,
  );
}
const eventually = <Value>(assertion: () => Promise<Value>) =>
  vi.waitFor(assertion, { timeout: 15_000, interval: 30 });

test('everyone is asked, those first who end the sessions, and it is complete when all have answered', async () => {
  const ada = await users.signUp('Ada');
  const first = await request(ada, ada);
  expect(first).toMatchObject({ erasureRequest: { status: 'RUNNING' }, userErrors: [] });
  const { id } = first.erasureRequest;
  expect(first.erasureRequest.steps).toEqual(
    personalDataDomains().map((domain) => ({ domain, status: 'PENDING' })),
  );
  // Nothing else is asked before nobody can log in any more; asking again changes nothing.
  expect((await request(ada, admin)).erasureRequest.id).toBe(id);
  expect((await asked(ada.userId)).map(({ domain }) => domain)).toEqual(['auth']);
  const [{ requestId } = { requestId: '' }] = await asked(ada.userId);

  await answer('auth', requestId, ada.userId, 4);
  await eventually(async () => {
    const domains = (await asked(ada.userId)).map(({ domain }) => domain);
    expect(domains.slice(1).sort()).toEqual(personalDataDomains().filter((domain) => domain !== 'auth'));
  });
  await Promise.all(
    Object.keys(others)
      .filter((domain) => domain !== 'auth')
      .map((domain) => answer(domain, requestId, ada.userId)),
  );
  // An answer that comes twice counts once.
  await answer('auth', requestId, ada.userId, 0);
  const done = await eventually(async () => {
    const found = await look(id);
    expect(found.status).toBe('COMPLETED');
    return found;
  });
  expect(
    done.steps.map(({ domain, status }: { domain: string; status: string }) => [domain, status]),
  ).toEqual(personalDataDomains().map((domain) => [domain, 'COMPLETED']));
  expect(done.steps[0]).toMatchObject({ domain: 'auth', rowsErased: 4, rowsRetained: 0 });
  expect(done.endedAt).not.toBeNull();
  // Who it was, strangers are not told.
  expect(done.user).toBeNull();
  expect((await look(id, admin)).user).toEqual({ id: ada.id });

  const profile = `query ($id: ID!) { user(id: $id) { displayName status roles { name } } }`;
  const { data } = await users.execute(profile, { id: ada.id }, admin);
  expect(data?.user).toEqual({ displayName: 'Erased user', status: 'ERASED', roles: [] });
  const names = (await users.db.outbox.findMany({ where: { key: ada.userId } })).map(({ name }) => name);
  expect(names.filter((name) => name === 'userErased')).toHaveLength(1);
  expect((await request(ada, admin)).userErrors).toEqual([{ code: 'CONFLICT', field: ['id'] }]);
});

test('whom a restore has brought back is erased by every domain again', async () => {
  const eve = await users.signUp('Eve');
  await eventually(async () => expect(await users.db.user.count({ where: { id: eve.userId } })).toBe(1));
  // As a restore leaves it: no key, and all the rest.
  const ended = { sealedKey: null, shreddedAt: new Date(), needsErasure: true };
  await users.raw.personKey.upsert({
    where: { personId: eve.userId },
    create: { personId: eve.userId, ...ended },
    update: ended,
  });
  await using _next = await createTestSubgraph(createSubgraph, users.environment);
  await eventually(async () =>
    expect((await asked(eve.userId)).map(({ domain }) => domain)).toEqual(['auth']),
  );
  const [{ requestId } = { requestId: '' }] = await asked(eve.userId);
  await answer('auth', requestId, eve.userId);
  await eventually(async () =>
    expect((await asked(eve.userId)).map(({ domain }) => domain).sort()).toEqual(personalDataDomains()),
  );
  for (const domain of Object.keys(others)) await answer(domain, requestId, eve.userId);
  await eventually(async () =>
    expect((await look(encodeId('erasure_request', requestId), admin)).status).toBe('COMPLETED'),
  );
  const { data } = await users.execute('query ($id: ID!) { user(id: $id) { displayName } }', eve, admin);
  expect(data?.user).toEqual({ displayName: 'Erased user' });
});

test('steps arrive live at whoever knows the request, and the end at administrators', async () => {
  const bob = await users.signUp('Bob');
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: bob.id }, admin);
  const { erasureRequest } = await request(bob, admin, inAnHour());
  await using steps = await users.subscribe(
    'subscription ($id: ID!) { erasureRequestUpdated(id: $id) { erasureRequest { status } } }',
    { id: erasureRequest.id },
  );
  await using ends = await users.subscribe('subscription { userErased { user { id status } } }', {}, admin);
  await doWhatIsDue(users.db, new Date(Date.now() + 7_200_000));
  expect((await steps.message()).data?.erasureRequestUpdated.erasureRequest.status).toBe('RUNNING');

  const [{ requestId } = { requestId: '' }] = await asked(bob.userId);
  for (const domain of Object.keys(others)) await answer(domain, requestId, bob.userId);
  expect((await ends.message()).data?.userErased.user).toEqual({ id: bob.id, status: 'ERASED' });
});

test('what is to come can be cancelled, what has begun cannot', async () => {
  const cid = await users.signUp('Cid');
  const { erasureRequest } = await request(cid, cid, inAnHour());
  expect(erasureRequest.status).toBe('SCHEDULED');
  const { id } = erasureRequest;
  const cancelAs = async (as: Person) => (await users.execute(cancel, { id }, as)).data?.userEraseCancel;
  const stranger = await users.signUp('Stranger');
  expect(await cancelAs(stranger)).toEqual({
    erasureRequest: null,
    userErrors: [{ code: 'NOT_FOUND', field: ['id'] }],
  });
  const expected = {
    erasureRequest: { status: 'CANCELLED', endedAt: expect.any(String) },
    userErrors: [],
  };
  expect(await cancelAs(cid)).toEqual(expected);
  expect(await cancelAs(admin)).toEqual(expected);
  await doWhatIsDue(users.db, new Date(Date.now() + 7_200_000));
  expect(await asked(cid.userId)).toEqual([]);

  const begun = (await request(cid, cid)).erasureRequest;
  expect(begun.status).toBe('RUNNING');
  const { data } = await users.execute(cancel, { id: begun.id }, cid);
  expect(data?.userEraseCancel.userErrors).toEqual([{ code: 'CONFLICT', field: ['id'] }]);
});

test('a domain that has not answered for long is asked again', async () => {
  const dan = await users.signUp('Dan');
  await request(dan, dan);
  await doWhatIsDue(users.db, new Date());
  expect(await asked(dan.userId)).toHaveLength(1);
  await doWhatIsDue(users.db, new Date(Date.now() + 7 * 3_600_000));
  expect((await asked(dan.userId)).map(({ domain }) => domain)).toEqual(['auth', 'auth']);
});

describe('is refused', () => {
  test.each([
    ['the past', () => new Date(0).toISOString()],
    ['too far a future', () => new Date(Date.now() + 91 * 86_400_000).toISOString()],
  ])('for %s', async (_when, after) => {
    const eve = await users.signUp('Eve');
    expect((await request(eve, eve, after())).userErrors).toEqual([
      { code: 'INVALID', field: ['input', 'after'] },
    ]);
  });

  test('for somebody else without the scope', async () => {
    const [eve, mallory] = [await users.signUp('Eve'), await users.signUp('Mallory')];
    expect(await request(eve, mallory)).toEqual({
      erasureRequest: null,
      userErrors: [{ code: 'FORBIDDEN', field: ['id'] }],
    });
  });

  test('for oneself, unless it is certain who asks', async () => {
    const eve = await users.signUp('Eve');
    const stolen = { ...eve, authenticatedAt: new Date(Date.now() - 3_600_000) };
    expect((await request(eve, stolen)).userErrors).toMatchObject([{ code: 'STEP_UP_REQUIRED' }]);
  });

  test('for nobody', async () => {
    const nobody = { ...admin, id: encodeId('user', newId()) };
    expect((await request(nobody, admin)).userErrors).toEqual([{ code: 'NOT_FOUND', field: ['id'] }]);
  });

  test('for the last administrator, also when they have become that meanwhile', async () => {
    expect((await request(admin, admin)).userErrors).toEqual([{ code: 'LAST_ADMIN', field: ['id'] }]);
    const other = await users.signUp('Other', ['admin']);
    const { erasureRequest } = await request(other, other, inAnHour());
    await users.db.user.update({ where: { id: admin.userId }, data: { status: 'SUSPENDED' } });
    await doWhatIsDue(users.db, new Date(Date.now() + 7_200_000));
    expect((await look(erasureRequest.id)).status).toBe('CANCELLED');
    await users.db.user.update({ where: { id: admin.userId }, data: { status: 'ACTIVE' } });
  });
});
