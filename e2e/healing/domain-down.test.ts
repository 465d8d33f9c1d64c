import { decodeId } from '@kronos/subgraph';
import { createTestDomain, createTestSubgraph, testRedisUrl } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSubgraph as auth } from '../../subgraphs/auth/src/subgraph.ts';
import { createSubgraph as cache } from '../../subgraphs/cache/src/subgraph.ts';
import { createSubgraph as database } from '../../subgraphs/database/src/subgraph.ts';
import { createSubgraph as events } from '../../subgraphs/events/src/subgraph.ts';
import { createSubgraph as notifications } from '../../subgraphs/notifications/src/subgraph.ts';
import { createSubgraph as projects } from '../../subgraphs/projects/src/subgraph.ts';
import { createSubgraph as router } from '../../subgraphs/router/src/subgraph.ts';
import { createSubgraph as users } from '../../subgraphs/users/src/subgraph.ts';
import type { Json } from '../kit/client.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const creators = { auth, cache, database, events, notifications, projects, router, users };
type Name = keyof typeof creators;
type Running = Awaited<ReturnType<typeof createTestSubgraph>>;

/** Each domain as a process of its own would be: it comes and goes, and the others stay. */
const running = new Map<Name, Running>();
const environments = new Map<Name, NodeJS.ProcessEnv>();
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  const REDIS_URL = await testRedisUrl();
  for (const name of Object.keys(creators) as Name[]) {
    const domain = await createTestDomain(name, creators[name], {
      REDIS_URL,
      ROUTER_PROBE_INTERVAL_MS: '3600000',
      ROUTER_USAGE_INTERVAL_MS: '3600000',
    });
    opened.use(domain);
    running.set(name, domain);
    environments.set(name, domain.environment);
  }
});
afterAll(async () => {
  await opened.disposeAsync();
});

async function stop(name: Name): Promise<void> {
  await running.get(name)!.subgraph.close();
  running.delete(name);
}

async function start(name: Name): Promise<void> {
  const again = await createTestSubgraph(creators[name], environments.get(name));
  opened.use(again);
  running.set(name, again);
}

async function data(name: Name, document: string, variables: object, as?: object): Promise<Json> {
  const answer = await running.get(name)!.execute(document, variables, as);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

let people = 0;
async function signUp() {
  people += 1;
  const input = {
    email: `person-${people}@example.com`,
    password: 'correct horse battery staple',
    displayName: 'Ada',
  };
  const { userSignUp } = await data(
    'auth',
    'mutation($input: UserSignUpInput!) { userSignUp(input: $input) { user { id } } }',
    { input },
  );
  return { id: userSignUp.user.id as string, userId: decodeId('user', userSignUp.user.id) };
}

async function erase({ id, userId }: { id: string; userId: string }): Promise<string> {
  const { userErase } = await data(
    'users',
    'mutation($id: ID!) { userErase(id: $id, input: {}) { erasureRequest { id } userErrors { code } } }',
    { id },
    { userId },
  );
  expect(userErase.userErrors).toEqual([]);
  return userErase.erasureRequest.id;
}

async function pendingOf(id: string): Promise<string[]> {
  const { erasureRequest } = await data(
    'users',
    'query($id: ID!) { erasureRequest(id: $id) { steps { domain status } } }',
    { id },
  );
  return erasureRequest.steps
    .filter(({ status }: Json) => status === 'PENDING')
    .map(({ domain }: Json) => domain);
}

test.each(['notifications', 'events', 'router'] as const)(
  'while %s is down the others do their step, and it does its own when it is back',
  async (name) => {
    const ada = await signUp();
    await stop(name);
    const request = await erase(ada);
    await waitUntil(async () => (await pendingOf(request)).join() === name);
    await start(name);
    await waitUntil(async () => (await pendingOf(request)).length === 0);
  },
);

test('while auth is down nothing is erased, because somebody could still be logged in', async () => {
  const ada = await signUp();
  // The profile is there before auth goes.
  await data('users', 'query($id: ID!) { user(id: $id) { id } }', { id: ada.id }, ada);
  await stop('auth');
  const request = await erase(ada);
  expect(await pendingOf(request)).toEqual(Object.keys(creators));
  await start('auth');
  await waitUntil(async () => (await pendingOf(request)).length === 0);
});

test('while users is down the answers wait for it', async () => {
  const ada = await signUp();
  const request = await erase(ada);
  await stop('users');
  await start('users');
  await waitUntil(async () => (await pendingOf(request)).length === 0);
});
