import { expect, inject, test } from 'vitest';
import { client, logIn, signUp } from '../kit/client.ts';

const trail = `query($userId: ID, $everyone: Boolean, $filter: SecurityEventFilter) {
  securityEvents(userId: $userId, everyone: $everyone, filter: $filter, first: 50) {
    nodes { id kind user { id displayName } actor { id } }
  }
}`;
const wrong = { password: 'not the password at all' };

test('people see what happens to their account, as it happens and afterwards; administrators see all of it', async () => {
  const administrator = await logIn(inject('kronosAdministrator'));
  const [ada, eve] = [await signUp('Ada'), await signUp('Eve')];
  const follow =
    'subscription { securityEventRaised(kinds: [LOGIN_FAILED]) { securityEvent { id kind user { displayName } } } }';
  const told = await ada.listen(follow);
  const logInWith = 'mutation($i: SessionCreateInput!) { sessionCreate(input: $i) { userErrors { code } } }';
  await client().data(logInWith, { i: { email: eve.email, ...wrong } });
  await client().data(logInWith, { i: { email: ada.email, ...wrong } });
  const { securityEvent } = (await told.next()).value.data.securityEventRaised;
  expect(securityEvent).toMatchObject({ kind: 'LOGIN_FAILED', user: { displayName: 'Ada' } });
  await told.return?.();

  const { nodes } = (await ada.data(trail)).securityEvents;
  expect(nodes.map(({ kind }: { kind: string }) => kind)).toEqual(['LOGIN_FAILED', 'SIGNED_UP']);
  expect(nodes[0].id).toBe(securityEvent.id);
  const one = 'query($id: ID!) { node(id: $id) { ... on SecurityEvent { kind } } }';
  expect((await ada.data(one, { id: securityEvent.id })).node).toEqual({ kind: 'LOGIN_FAILED' });
  expect((await eve.query(one, { id: securityEvent.id })).data.node).toBeNull();

  const theirs = { userId: ada.id };
  expect((await eve.query(trail, theirs)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await eve.query(trail, { everyone: true })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await client().query(trail)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect((await administrator.data(trail, theirs)).securityEvents.nodes).toHaveLength(2);
  const all = await administrator.data(trail, { everyone: true, filter: { kinds: ['LOGIN_FAILED'] } });
  expect(all.securityEvents.nodes).toContainEqual(expect.objectContaining({ id: securityEvent.id }));
});
