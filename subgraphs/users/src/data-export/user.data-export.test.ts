import { type EventName, personalDataDomains } from '@kronos/events';
import { encodeId, newId } from '@kronos/subgraph';
import { createTestProducer, type TestProducer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { doWhatIsDue } from '../saga-clock.ts';
import { createTestUsers, type Person, type TestUsers } from '../testing/test-users.ts';

const start =
  'mutation ($id: ID!) { userDataExport(id: $id) { dataExport { id status } userErrors { code field } } }';
const read = `query ($id: ID!, $after: String) { dataExport(id: $id) { status completedAt user { id }
  steps { domain status rows } parts(first: 10, after: $after) { nodes { domain number rows content } totalCount } } }`;

let users: TestUsers;
let others: TestProducer[];
let ada: Person;
let admin: Person;
beforeAll(async () => {
  users = await createTestUsers();
  const domains = personalDataDomains().filter((domain) => domain !== 'auth' && domain !== 'users');
  others = await Promise.all(domains.map((domain) => createTestProducer(domain, users.redisUrl)));
  ada = await users.signUp('Ada');
  admin = { ...(await users.signUp('Admin', ['admin'])), scopes: ['users:export'] };
});
afterAll(async () => {
  for (const producer of others) await producer[Symbol.asyncDispose]();
  await users[Symbol.asyncDispose]();
});

const ask = async (person: { id: string }, as: Person) =>
  (await users.execute(start, { id: person.id }, as)).data?.userDataExport;
const look = async (id: string, as: Person) => (await users.execute(read, { id }, as)).data?.dataExport;

/** Answers as those domains would that keep nothing of the person. */
async function answerForOthers(userId: string): Promise<void> {
  const row = await users.db.dataExport.findFirstOrThrow({ where: { userId, status: 'PENDING' } });
  const answer = { requestId: row.id, userId, part: 1, isLast: true, rows: 0, content: null };
  const domains = personalDataDomains().filter((domain) => domain !== 'auth' && domain !== 'users');
  const producers = [...others, users.auth];
  for (const [index, domain] of [...domains, 'auth'].entries())
    await producers[index]!.publish(`${domain}DataExported` as EventName, answer as never);
}
const whenComplete = (id: string, as: Person) =>
  vi.waitFor(
    async () => {
      const found = await look(id, as);
      expect(found.status).toBe('COMPLETED');
      return found;
    },
    { timeout: 15_000, interval: 30 },
  );

test('what is kept of a person is theirs to read, once all domains have answered', async () => {
  const begun = await ask(ada, ada);
  expect(begun).toMatchObject({ dataExport: { status: 'PENDING' }, userErrors: [] });
  const { id } = begun.dataExport;
  expect((await ask(ada, ada)).dataExport.id).toBe(id);
  await using news = await users.subscribe(
    'subscription ($id: ID!) { dataExportUpdated(id: $id) { dataExport { status } } }',
    { id },
    ada,
  );
  await answerForOthers(ada.userId);
  const found = await whenComplete(id, ada);

  expect(found.user).toEqual({ id: ada.id });
  expect(found.steps).toHaveLength(personalDataDomains().length);
  expect(found.parts.totalCount).toBe(1);
  const [part] = found.parts.nodes;
  expect(part).toMatchObject({ domain: 'users', number: 1, rows: 4 });
  const content = JSON.parse(part.content);
  expect(content).toMatchObject({ domain: 'users', part: 1 });
  const [profile, role, own] = content.tables;
  expect(profile).toMatchObject({ table: 'user', rows: [{ id: ada.userId, display_name: 'Ada' }] });
  expect(role.table).toBe('user_role');
  expect(own.rows[0]).not.toHaveProperty('private_key');
  // The key that opens it lies there sealed.
  const { privateKey } = await users.raw.dataExport.findFirstOrThrow({ where: { userId: ada.userId } });
  expect(privateKey).toMatch(/^sealed:v1:person:/);
  // Neither in the outbox, and so not in the log, nor in the table stands what was exported.
  const written = await users.db.outbox.findMany({ where: { name: 'usersDataExported' } });
  expect(JSON.stringify(written.map(({ payload }) => payload))).not.toContain('Ada');
  expect(JSON.stringify(await users.db.dataExportPart.findMany())).not.toContain('Ada');
  let status: string;
  do status = (await news.message()).data?.dataExportUpdated.dataExport.status;
  while (status !== 'COMPLETED');

  const { data } = await users.execute('query ($id: ID!) { user(id: $id) { dataExports { id } } }', ada, ada);
  expect(data?.user.dataExports).toEqual([{ id }]);
});

test('it is for the person and for holders of the scope alone', async () => {
  const [bob, eve] = [await users.signUp('Bob'), await users.signUp('Eve')];
  expect(await ask(bob, eve)).toEqual({
    dataExport: null,
    userErrors: [{ code: 'FORBIDDEN', field: ['id'] }],
  });
  const { id } = (await ask(bob, admin)).dataExport;
  expect(await look(id, eve)).toBeNull();
  expect((await look(id, bob)).status).toBe('PENDING');
  expect((await look(id, admin)).status).toBe('PENDING');
  const watch = 'subscription ($id: ID!) { dataExportUpdated(id: $id) { dataExport { id } } }';
  await using stream = await users.subscribe(watch, { id }, eve);
  expect((await stream.message()).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  const nobody = { id: encodeId('user', newId()) };
  expect((await ask(nobody, admin)).userErrors).toEqual([{ code: 'NOT_FOUND', field: ['id'] }]);
});

test('after a week nothing is left of it', async () => {
  const cid = await users.signUp('Cid');
  const { id } = (await ask(cid, cid)).dataExport;
  await answerForOthers(cid.userId);
  await whenComplete(id, cid);
  const inAWeek = new Date(Date.now() + 7 * 86_400_000 + 1_000);
  await doWhatIsDue(users.db, inAWeek);

  expect(await look(id, cid)).toBeNull();
  expect(await users.db.dataExport.count({ where: { userId: cid.userId } })).toBe(0);
});

test('a person has five of them at most', async () => {
  const dan = await users.signUp('Dan');
  for (let count = 0; count < 5; count += 1) {
    expect((await ask(dan, dan)).userErrors).toEqual([]);
    await users.db.dataExport.updateMany({ where: { userId: dan.userId }, data: { status: 'COMPLETED' } });
  }
  expect((await ask(dan, dan)).userErrors).toEqual([{ code: 'CONFLICT', field: ['id'] }]);
});

test('who acts under the name of another, or for them, gets nothing exported', async () => {
  const grace = await users.signUp('Grace');
  for (const how of [
    { impersonation: { id: newId(), actorId: newId() } },
    { apiTokenId: newId() },
    { clientId: newId() },
  ]) {
    const { errors } = await users.execute(start, { id: grace.id }, { ...grace, ...how });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  }
});
