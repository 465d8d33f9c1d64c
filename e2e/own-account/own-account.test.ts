import { expect, inject, test } from 'vitest';
import { type Client, client, type Json, logIn, signUp } from '../kit/client.ts';
import { until } from '../kit/graph.ts';

/** By which code a subscription is refused. */
async function refusalOf(by: Client, query: string, variables?: object): Promise<string | undefined> {
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${by.token}` };
  const response = await fetch(by.url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return /"code":"(\w+)"/.exec(await response.text())?.[1];
}

const codeOf = ({ errors }: { errors?: Json[] }) => errors?.[0]?.extensions.code;

test('someone changes their profile and hears of it, and nobody else does', async () => {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  const follow = 'subscription($id: ID) { userUpdated(id: $id) { user { displayName } } }';
  const updates = await ada.listen(follow, { id: ada.id });
  const update = `mutation($id: ID!) { userUpdate(id: $id, input: {displayName: "Ada L."}) { user { displayName } userErrors { code } } }`;

  expect((await ben.data(update, { id: ada.id })).userUpdate.userErrors).toEqual([{ code: 'FORBIDDEN' }]);
  expect(codeOf(await client().query(update, { id: ada.id }))).toBe('UNAUTHENTICATED');
  expect(await refusalOf(ben, follow, { id: ada.id })).toBe('FORBIDDEN');

  expect((await ada.data(update, { id: ada.id })).userUpdate).toEqual({
    user: { displayName: 'Ada L.' },
    userErrors: [],
  });
  await until(updates, ({ data }) => data?.userUpdated.user.displayName === 'Ada L.');
  await updates.return?.();
});

test('a session goes on by its refresh token, once, and its owner hears when it ends', async () => {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  const refresh = `mutation($token: String!) { sessionRefresh(input: {refreshToken: $token}) {
    session { id } tokens { accessToken refreshToken } userErrors { code } } }`;
  const follow = 'subscription($userId: ID) { sessionRevoked(userId: $userId) { session { id } } }';
  const elsewhere = await logIn({ email: ada.email, password: ada.password });
  const ends = await elsewhere.listen(follow);
  expect(await refusalOf(ben, follow, { userId: ada.id })).toBe('FORBIDDEN');

  const { sessionRefresh: renewed } = await client().data(refresh, { token: ada.refreshToken });
  expect(renewed.userErrors).toEqual([]);
  const again = client(renewed.tokens.accessToken);
  expect((await again.data('{ viewer { session { id } } }')).viewer.session.id).toBe(renewed.session.id);
  expect((await client().data(refresh, { token: 'nonsense' })).sessionRefresh.userErrors).toEqual([
    { code: 'INVALID_CREDENTIALS' },
  ]);
  // Whoever comes with the first token has stolen it, or was robbed: the session is over for both.
  expect((await client().data(refresh, { token: ada.refreshToken })).sessionRefresh.userErrors).not.toEqual(
    [],
  );
  await until(ends, ({ data }) => data?.sessionRevoked.session.id === renewed.session.id);
  expect(codeOf(await again.query('{ viewer { session { id } } }'))).toBe('UNAUTHENTICATED');
  await ends.return?.();
});

test('an administrator has the keys changed that sign tokens, and nobody else does', async () => {
  const administrator = await logIn(inject('kronosAdministrator'));
  const ada = await signUp('Ada');
  const rotate = 'mutation { signingKeyRotate { signingKey { status } userErrors { code } } }';
  expect(codeOf(await client().query(rotate))).toBe('UNAUTHENTICATED');
  expect(codeOf(await ada.query(rotate))).toBe('FORBIDDEN');
  expect((await administrator.data(rotate)).signingKeyRotate).toEqual({
    signingKey: { status: 'ANNOUNCED' },
    userErrors: [],
  });
});

test('administrators hear that someone was erased, and others may not', async () => {
  const administrator = await logIn(inject('kronosAdministrator'));
  const ada = await signUp('Ada');
  const follow = 'subscription { userErased { user { id } } }';
  expect(await refusalOf(ada, follow)).toBe('FORBIDDEN');
  const erased = await administrator.listen(follow);
  const { userErase } = await ada.data(
    'mutation($id: ID!) { userErase(id: $id, input: {}) { erasureRequest { id } userErrors { code } } }',
    { id: ada.id },
  );
  expect(userErase.userErrors).toEqual([]);
  await until(erased, ({ data }) => data?.userErased.user.id === ada.id);
  await erased.return?.();
});
