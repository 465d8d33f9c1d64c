import { expect, inject, test } from 'vitest';
import { client, type Json, logIn, signUp } from '../kit/client.ts';
import { createEvent, register } from '../kit/graph.ts';

const byId = `query ($id: ID!) { node(id: $id) {
  __typename id
  ... on Session { ipAddress userAgent user { email } }
  ... on Notification { title body }
  ... on Registration { status attendee { id } }
  ... on Event { title }
  ... on User { displayName email quotaUsage { points } }
  ... on ClientApplication { name }
  ... on QuotaPolicy { name }
} }`;

const mine = async (as: Awaited<ReturnType<typeof signUp>>) => {
  const { viewer } = await as.data('{ viewer { session { id } user { notifications { nodes { id } } } } }');
  return {
    session: viewer.session.id as string,
    notification: viewer.user.notifications.nodes[0]?.id as string,
  };
};
/** Everything in an answer that is text, but for ids and the names of types that the asker knew. */
const told = (node: Json) => {
  const { __typename: _type, id: _id, ...rest } = node ?? {};
  return rest;
};

test('an id finds what it belongs to, and nothing of what is another’s', async () => {
  const [ada, bob] = [await signUp('Ada'), await signUp('Bob')];
  const hidden = await createEvent(ada, { title: 'Hidden', visibility: 'PRIVATE' });
  const open = await createEvent(ada, { title: 'Open', visibility: 'PUBLIC' });
  const { registration } = await register(ada, hidden.id, ada);
  await expect.poll(async () => (await mine(ada)).notification, { timeout: 20_000 }).toBeTruthy();
  const { session, notification } = await mine(ada);

  for (const [id, field] of [
    [session, 'user'],
    [notification, 'title'],
    [registration.id, 'status'],
    [hidden.id, 'title'],
    [ada.id, 'email'],
  ] as const) {
    const { node } = await ada.data(byId, { id });
    expect(node).toMatchObject({ id, [field]: expect.anything() });
  }

  for (const asker of [bob, client()]) {
    for (const id of [session, notification, registration.id, hidden.id]) {
      const answer = await asker.query(byId, { id });
      expect(Object.values(told(answer.data?.node)).filter((value) => value !== null)).toEqual([]);
      expect(JSON.stringify(answer)).not.toMatch(/Hidden|Welcome|127\.0\.0\.1|ada-/);
    }
    expect((await asker.query(byId, { id: open.id })).data.node).toMatchObject({ title: 'Open' });
    const person = await asker.query(byId, { id: ada.id });
    expect(JSON.stringify(person)).not.toMatch(/ada-.*@example\.com/);
    expect(person.data?.node?.quotaUsage ?? null).toBeNull();
  }
});

test('rules are found by administrators alone, and what is no id by nobody', async () => {
  const [ada, admin] = [await signUp('Ada'), await logIn(inject('kronosAdministrator'))];
  const { quotaPolicies } = await admin.data('{ quotaPolicies { id name } }');
  const [{ id, name }] = quotaPolicies;
  expect((await admin.data(byId, { id })).node).toMatchObject({ __typename: 'QuotaPolicy', name });
  for (const [asker, unknown] of [
    [ada, id],
    [client(), id],
    [admin, 'quota_policy_00000000000000000000000000'],
    [admin, 'nothing_at_all'],
    [admin, ''],
  ] as const) {
    const { data, errors } = await asker.query(byId, { id: unknown });
    expect(data.node).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND']);
  }
  const { nodes } = await admin.data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
    ids: [id, 'x', ada.id],
  });
  expect(nodes).toEqual([{ __typename: 'QuotaPolicy', id }, null, { __typename: 'User', id: ada.id }]);
});
