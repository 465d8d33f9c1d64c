import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { createEvent } from '../kit/graph.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const eventCreated = 'subscription { eventCreated { event { id title } } }';
const changeRole = (kind: 'roleAssign' | 'roleUnassign') => {
  const input = kind === 'roleAssign' ? 'RoleAssignInput' : 'RoleUnassignInput';
  return `mutation($input: ${input}!) { ${kind}(input: $input) { userErrors { code } } }`;
};
let administrator: Client;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
});

/** The last result of a stream that ends by itself, and how long that took, in milliseconds. */
async function ending(stream: AsyncIterableIterator<Json>): Promise<{ last: Json; took: number }> {
  const begun = Date.now();
  let last: Json;
  for await (const result of stream) last = result;
  return { last, took: Date.now() - begun };
}

/** Someone with a token that has a scope, which was given to them just before. */
async function withScope({ email, password }: Person, scope: string): Promise<Client> {
  let found: Client | undefined;
  await waitUntil(async () => {
    const someone = await logIn({ email, password });
    if ((await someone.data('{ viewer { scopes } }')).viewer.scopes.includes(scope)) found = someone;
    return found !== undefined;
  });
  return found!;
}

test('a role that is taken away ends the streams of its holder within a second, and nobody else’s', async () => {
  const [newcomer, grace] = [await signUp('Ada'), await signUp('Grace')];
  const input = { userId: newcomer.id, role: 'premium' };
  await administrator.data(changeRole('roleAssign'), { input });
  const ada = await withScope(newcomer, 'quota:premium');
  const [hers, others] = [await ada.listen(eventCreated), await grace.listen(eventCreated)];

  await administrator.data(changeRole('roleUnassign'), { input });
  const { last, took } = await ending(hers);
  expect(last.errors).toMatchObject([
    { message: expect.stringContaining('rights have changed'), extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  expect(took).toBeLessThan(1_000);
  // Until it is refreshed, the token that says too much is worth nothing.
  expect((await ada.query('{ viewer { scopes } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  const event = await createEvent(grace);
  expect((await others.next()).value.data.eventCreated.event.id).toBe(event.id);
  await others.return?.();
});

test('a session that is ended ends its streams within a second, and not those of other sessions', async () => {
  const ada = await signUp('Ada');
  const elsewhere = await logIn({ email: ada.email, password: ada.password });
  const [here, there] = [await ada.listen(eventCreated), await elsewhere.listen(eventCreated)];
  const { viewer } = await ada.data('{ viewer { session { id } } }');
  await elsewhere.data('mutation($id: ID!) { sessionRevoke(id: $id) { userErrors { code } } }', {
    id: viewer.session.id,
  });
  const { last, took } = await ending(here);
  expect(last.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  expect(took).toBeLessThan(1_000);
  const event = await createEvent(elsewhere);
  expect((await there.next()).value.data.eventCreated.event.id).toBe(event.id);
  await there.return?.();
});
