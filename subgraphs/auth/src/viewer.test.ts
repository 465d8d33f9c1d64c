import { encodeId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const document = '{ viewer { user { id email } session { id current } scopes } }';

test('a stranger is nobody', async () => {
  expect(await auth.execute(document)).toEqual({ data: { viewer: null } });
});

test('the viewer is who the token says, with the scopes of the token', async () => {
  const ada = await signUp(auth);
  const answer = await auth.execute(document, {}, { ...ada.actor, scopes: ['users:write', 'users:read'] });
  expect(answer).toEqual({
    data: {
      viewer: {
        user: { id: ada.id, email: ada.email },
        session: { id: encodeId('session', ada.actor.sessionId!), current: true },
        scopes: ['users:read', 'users:write'],
      },
    },
  });
});

test.each([
  ['was revoked', { revokedAt: new Date() }],
  ['has expired', { expiresAt: new Date() }],
])('a token is worth nothing when its session %s', async (_how, data) => {
  const { actor } = await signUp(auth);
  await auth.database.session.update({ where: { id: actor.sessionId }, data });
  const answer = await auth.execute(document, {}, actor);
  expect(answer.data).toEqual({ viewer: null });
  expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('a token is worth nothing without its session', async () => {
  const { actor } = await signUp(auth);
  await auth.database.session.delete({ where: { id: actor.sessionId } });
  expect((await auth.execute(document, {}, actor)).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});
