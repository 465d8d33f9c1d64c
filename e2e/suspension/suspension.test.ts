import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, client, logIn, type Person, signUp } from '../kit/client.ts';
import { createEvent } from '../kit/graph.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const suspend = `mutation($id: ID!) { userSuspend(id: $id, input: {reason: "fraud"}) { user { status } userErrors { code } } }`;
const reinstate = 'mutation($id: ID!) { userReinstate(id: $id) { user { status } userErrors { code } } }';
const eventCreated = 'subscription { eventCreated { event { id } } }';

let administrator: Client;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
});

async function logInErrors({ email }: Person, password: string) {
  const { sessionCreate } = await client().data(
    'mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { userErrors { code } } }',
    { input: { email, password } },
  );
  return sessionCreate.userErrors;
}

test('who is suspended is out within a second, stays visible to others, and comes back', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')];
  const event = await createEvent(ada);
  const stream = await ada.listen(eventCreated);

  const begun = Date.now();
  expect((await administrator.data(suspend, { id: ada.id })).userSuspend).toEqual({
    user: { status: 'SUSPENDED' },
    userErrors: [],
  });
  let last: Awaited<ReturnType<typeof stream.next>>['value'];
  for await (const result of stream) last = result;
  expect(last.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  expect(Date.now() - begun).toBeLessThan(1_000);
  expect((await ada.query('{ viewer { user { id } } }')).errors?.[0]?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );

  expect(await logInErrors(ada, ada.password)).toEqual([{ code: 'ACCOUNT_SUSPENDED' }]);
  expect(await logInErrors(ada, 'a password that is wrong')).toEqual([{ code: 'INVALID_CREDENTIALS' }]);
  const seen = 'query($id: ID!) { event(id: $id) { organizer { displayName status } } }';
  expect(await grace.data(seen, { id: event.id })).toEqual({
    event: { organizer: { displayName: 'Ada', status: null } },
  });

  await administrator.data(reinstate, { id: ada.id });
  await waitUntil(async () => (await logInErrors(ada, ada.password)).length === 0);
});

test('nobody without the right suspends anybody', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')];
  for (const mutation of [suspend, reinstate]) {
    expect((await grace.query(mutation, { id: ada.id })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await client().query(mutation, { id: ada.id })).errors?.[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    );
  }
  expect((await ada.data('{ viewer { user { status } } }')).viewer.user.status).toBe('ACTIVE');
});
