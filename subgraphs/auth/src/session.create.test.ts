import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, actorOf, goodPassword, logIn, refresh, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

async function verifications(): Promise<number> {
  const text = await auth.subgraph.metrics.getSingleMetricAsString('kronos_auth_argon2_seconds');
  return Number(/_count\{operation="verify"\} (\d+)/.exec(text)?.[1] ?? 0);
}

test('the right password opens a session that keeps where it was opened', async () => {
  const { id, email } = await signUp(auth);
  const { data } = await logIn(auth, ` ${email.toUpperCase()}`, goodPassword, '2001:db8::7');
  const { session, tokens, userErrors } = data!.sessionCreate;
  expect(userErrors).toEqual([]);
  expect(session).toMatchObject({
    current: true,
    ipAddress: '2001:db8::7',
    userAgent: 'Browser/1.0',
    user: { id, email },
  });
  const days = (Date.parse(session.expiresAt) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThanOrEqual(30);
  const viewer = '{ viewer { session { id } } }';
  const answer = await auth.execute(viewer, {}, actorOf(tokens.accessToken));
  expect(answer.data).toEqual({ viewer: { session: { id: session.id } } });
});

test('a wrong password and an unknown address get the same answer after the same work', async () => {
  const { email } = await signUp(auth);
  const start = await verifications();
  const wrong = await logIn(auth, email, 'not the password at all', '192.0.2.10');
  const afterWrong = await verifications();
  const unknown = await logIn(auth, 'nobody@example.com', 'not the password at all', '192.0.2.11');
  const afterUnknown = await verifications();
  const noAddress = await logIn(auth, 'nobody', 'not the password at all', '192.0.2.12');

  expect(wrong.data!.sessionCreate).toEqual({
    challenge: null,
    session: null,
    tokens: null,
    userErrors: [{ code: 'INVALID_CREDENTIALS', message: expect.any(String), field: null }],
  });
  // What has changed, a subgraph tells its gateway alone.
  const told = ({ data, errors }: typeof wrong) => ({ data, errors });
  expect(told(unknown)).toEqual(told(wrong));
  expect(told(noAddress)).toEqual(told(wrong));
  expect([afterWrong - start, afterUnknown - afterWrong]).toEqual([1, 1]);
  expect(await verifications()).toBe(afterUnknown + 1);
});

test('what is too long to be a password is none, and costs no more', async () => {
  const { email } = await signUp(auth);
  const { data } = await logIn(auth, email, goodPassword.repeat(20_000), '192.0.2.13');
  expect(data!.sessionCreate.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
});

test('what cannot be an address of a device is not kept as one', async () => {
  const { email } = await signUp(auth);
  const { data } = await logIn(auth, email, goodPassword, 'unknown');
  expect(data!.sessionCreate.session.ipAddress).toBeNull();
});

/** As if unknown places had tried every account so often before, which would take too long by argon2. */
async function pretendAttempts(count: number): Promise<void> {
  const redis = new Redis(auth.redisUrl);
  const counters = await redis.keys('kronos:auth:throttle:account:*');
  for (const counter of counters) await redis.incrby(counter, count);
  redis.disconnect();
}

test('the place of an earlier log-in stays known when the session is used elsewhere', async () => {
  const { email } = await signUp(auth);
  const { data } = await logIn(auth, email, goodPassword, '192.0.2.50');
  await refresh(auth, data!.sessionCreate.tokens.refreshToken);
  await logIn(auth, email, 'a wrong password', '198.51.100.100');
  await pretendAttempts(1000);
  await logIn(auth, email, 'a wrong password', '198.51.100.101');
  const unknownPlace = await logIn(auth, email, goodPassword, '203.0.113.50');
  expect(unknownPlace.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  const knownPlace = await logIn(auth, email, goodPassword, '192.0.2.50');
  expect(knownPlace.data!.sessionCreate.userErrors).toEqual([]);
});

test('someone who guesses is refused with the seconds to wait', async () => {
  const { email } = await signUp(auth);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const { data } = await logIn(auth, email, 'a wrong password', '198.51.100.1');
    expect(data!.sessionCreate.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
  }
  const refused = await logIn(auth, email, goodPassword, '198.51.100.1');
  expect(refused.errors).toMatchObject([
    { extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } },
  ]);
  const elsewhere = await logIn(auth, email, goodPassword, '198.51.100.2');
  expect(elsewhere.data!.sessionCreate.userErrors).toEqual([]);
});
