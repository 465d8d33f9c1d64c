import { expect, test } from 'vitest';
import { client, logIn, signUp } from '../../kit/client.ts';
import { waitUntil } from '../../kit/resuming-listener.ts';
import { ask, codesOf } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';

const viewer = '{ viewer { user { id email } } }';
const refresh = `mutation($input: SessionRefreshInput!) {
  sessionRefresh(input: $input) { tokens { accessToken refreshToken } userErrors { code } }
}`;
const refreshWith = async (refreshToken: unknown) =>
  expectSound(await ask(refresh, { variables: { input: { refreshToken } } })).body;

const isRefused = async (token: string) => codesOf(await ask(viewer, { token }))[0] === 'UNAUTHENTICATED';

test('the tokens of a session that is over are worth nothing, whatever they say of themselves', async () => {
  const ada = await signUp('Ada');
  const other = await logIn({ email: ada.email, password: ada.password });
  const { viewer: own } = await ada.data('{ viewer { session { id } } }');
  await other.data('mutation($id: ID!) { sessionRevoke(id: $id) { userErrors { code } } }', {
    id: own.session.id,
  });

  await waitUntil(() => isRefused(ada.token!), 2_000);
  // Nobody brings it back: not the gateway's memory of tokens that it has verified, not the refresh token.
  expect(await isRefused(ada.token!)).toBe(true);
  const { data } = await refreshWith(ada.refreshToken);
  expect(data.sessionRefresh).toMatchObject({ tokens: null, userErrors: [{ code: expect.any(String) }] });
  expect((await other.data(viewer)).viewer.user.id).toBe(ada.id);
});

test('a refresh token that is used twice ends the session, for the thief and for the robbed', async () => {
  const ada = await signUp('Ada');
  const first = (await refreshWith(ada.refreshToken)).data.sessionRefresh.tokens;
  expect(first.refreshToken).not.toBe(ada.refreshToken);

  const replayed = (await refreshWith(ada.refreshToken)).data.sessionRefresh;
  expect(replayed.tokens).toBeNull();
  await waitUntil(() => isRefused(first.accessToken), 2_000);
  expect((await refreshWith(first.refreshToken)).data.sessionRefresh.tokens).toBeNull();
});

test('of twenty who use one refresh token at the same moment, at most one gets tokens', async () => {
  const ada = await signUp('Ada');
  const answers = await Promise.all(Array.from({ length: 20 }, () => refreshWith(ada.refreshToken)));
  const given = answers.filter(({ data }) => data?.sessionRefresh.tokens);
  expect(given.length).toBeLessThanOrEqual(1);
});

test('tokens are not one another: neither kind serves as the other', async () => {
  const ada = await signUp('Ada');
  expect(await isRefused(ada.refreshToken)).toBe(true);
  for (const wrong of [ada.token, `${ada.refreshToken}0`, ada.refreshToken.slice(0, -1), '', ' ', '%', '\0'])
    expect((await refreshWith(wrong)).data.sessionRefresh.tokens).toBeNull();
  // What was tried with it did not cost her the session.
  expect((await client(ada.token).data(viewer)).viewer.user.id).toBe(ada.id);
});

test('a session of somebody else can be neither read nor ended', async () => {
  const [ada, eve] = await Promise.all([signUp('Ada'), signUp('Eve')]);
  const { viewer: own } = await ada.data('{ viewer { session { id } } }');
  const { id } = own.session;
  expect(await eve.data('query($id: ID!) { session(id: $id) { id } }', { id })).toEqual({ session: null });
  for (const document of [
    'mutation($id: ID!) { outcome: sessionRevoke(id: $id) { userErrors { code } } }',
    'mutation($id: ID!) { outcome: sessionsRevokeAll(userId: $id) { userErrors { code } } }',
  ]) {
    const answer = await eve.query(document, { id: document.includes('All') ? ada.id : id });
    const code = answer.errors?.[0]?.extensions.code ?? answer.data.outcome.userErrors[0]?.code;
    expect(['FORBIDDEN', 'NOT_FOUND']).toContain(code);
  }
  expect((await ada.data(viewer)).viewer.user.id).toBe(ada.id);
});
