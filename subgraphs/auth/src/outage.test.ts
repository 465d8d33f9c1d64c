import { createTestDatabase, createTestSubgraph, testRedisUrl } from '@kronos/subgraph/testing';
import { expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { goodPassword } from './test-kit.ts';

const nowhere = { database: 'postgresql://nobody@127.0.0.1:1/none', redis: 'redis://127.0.0.1:1' };

const signUpDocument = `mutation($input: UserSignUpInput!) {
  userSignUp(input: $input) { user { email } tokens { refreshToken } userErrors { code } }
}`;
const logInDocument = `mutation($input: SessionCreateInput!) {
  sessionCreate(input: $input) { session { id } tokens { refreshToken } userErrors { code } }
}`;
const refreshDocument = `mutation($input: SessionRefreshInput!) {
  sessionRefresh(input: $input) { session { id } userErrors { code } }
}`;

test('auth starts with neither PostgreSQL nor Redis, and says what is missing', async () => {
  await using auth = await createTestSubgraph(createSubgraph, {
    AUTH_DATABASE_URL: nowhere.database,
    REDIS_URL: nowhere.redis,
  });
  const ready = await auth.app.inject('/ready');
  expect(ready.statusCode).toBe(503);
  expect(ready.json().parts).toEqual({ database: expect.stringContaining('away') });
  const input = { email: 'ada@example.com', password: goodPassword };
  const { errors } = await auth.execute(logInDocument, { input });
  expect(errors).toMatchObject([
    {
      extensions: {
        code: 'SERVICE_UNAVAILABLE',
        retryAfter: expect.any(Number),
        details: { database: 'auth' },
      },
    },
  ]);
});

test('without the database the public keys are unavailable, not wrong', async () => {
  await using auth = await createTestSubgraph(createSubgraph, {
    AUTH_DATABASE_URL: nowhere.database,
    REDIS_URL: await testRedisUrl(),
  });
  const response = await auth.app.inject('/.well-known/jwks.json');
  expect(response.statusCode).toBe(503);
  expect(response.headers['retry-after']).toBe('2');
  expect(response.headers['cache-control']).toBeUndefined();
});

test('without Redis people sign up, log in and refresh all the same', async () => {
  await using database = await createTestDatabase('auth');
  await using auth = await createTestSubgraph(createSubgraph, {
    AUTH_DATABASE_URL: database.url,
    REDIS_URL: nowhere.redis,
  });
  const input = { email: 'ada@example.com', password: goodPassword };
  const signedUp = await auth.execute(signUpDocument, { input: { ...input, displayName: 'Ada' } });
  expect(signedUp.data!.userSignUp).toMatchObject({ user: { email: input.email }, userErrors: [] });
  const loggedIn = await auth.execute(logInDocument, { input });
  expect(loggedIn.data!.sessionCreate.userErrors).toEqual([]);
  const { refreshToken } = loggedIn.data!.sessionCreate.tokens;
  const refreshed = await auth.execute(refreshDocument, { input: { refreshToken } });
  expect(refreshed.data!.sessionRefresh.userErrors).toEqual([]);
});

test('every fault of the environment is named at once', async () => {
  const faulty = { REDIS_URL: 'localhost', AUTH_SIGN_UPS_PER_HOUR: '0' };
  await expect(createSubgraph(faulty)).rejects.toThrow(
    /AUTH_DATABASE_URL is not set.*REDIS_URL is "localhost".*AUTH_SIGN_UPS_PER_HOUR is "0"/s,
  );
});
