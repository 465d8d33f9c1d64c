import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { client } from '../kit/client.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';

/** The README's shell blocks, and the operations in them: they are run exactly as they stand there. */
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const story = /## A story in your terminal\n([\s\S]*?)\n## /.exec(readme)![1]!;
const shell = [...story.matchAll(/```sh\n([\s\S]*?)```/g)].map((block) => block[1]!);
const operations = [...shell.join('').matchAll(/^(?:ask|listen) '([^']+)'(?: '([^']+)')?/gm)];
const [signUp, logIn, eventCreated, notificationReceived, create, list, one, viewer] = operations.map(
  (operation) => operation[1]!,
) as [string, string, string, string, string, string, string, string];
const createVariables = JSON.parse(operations[4]![2]!);

/** A system of its own, as a stranger's is: the events of other stories are not on its first page. */
let kronos: Kronos;
beforeAll(async () => {
  kronos = await startKronos();
});
afterAll(() => kronos?.[Symbol.asyncDispose]());

test('the story of the README: sign up, log in, create an event, others list it and see it live', async () => {
  const stranger = client(undefined, kronos.url);
  const { userSignUp } = await stranger.data(signUp);
  expect(userSignUp).toMatchObject({
    user: { id: expect.stringMatching(/^user_/), displayName: 'Ada', email: 'ada@example.com' },
    tokens: {
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresAt: expect.any(String),
    },
    userErrors: [],
  });

  const { sessionCreate } = await stranger.data(logIn);
  expect(sessionCreate).toMatchObject({
    session: { id: expect.stringMatching(/^session_/) },
    userErrors: [],
  });
  const ada = client(sessionCreate.tokens.accessToken, kronos.url);

  const arrivals = await ada.listen(eventCreated);
  const notifications = await ada.listen(notificationReceived);
  const { eventCreate } = await ada.data(create, createVariables);
  expect(eventCreate).toMatchObject({
    event: { title: 'Launch', status: 'PUBLISHED', visibility: 'PUBLIC', organizer: { displayName: 'Ada' } },
    userErrors: [],
  });
  const { id } = eventCreate.event;
  expect((await arrivals.next()).value).toMatchObject({
    data: { eventCreated: { event: { title: 'Launch', organizer: { displayName: 'Ada' } } } },
  });

  const { events } = await stranger.data(list);
  expect(events.nodes).toContainEqual({ id, title: 'Launch', organizer: { displayName: 'Ada' } });
  expect(events.totalCount).toBeGreaterThan(0);

  const { event } = await stranger.data(one, { id });
  expect(event).toMatchObject({
    title: 'Launch',
    remaining: 2,
    organizer: {
      id: userSignUp.user.id,
      displayName: 'Ada',
      organizedEvents: { totalCount: expect.any(Number) },
    },
  });

  expect((await ada.data(viewer)).viewer).toEqual({
    user: { id: userSignUp.user.id, displayName: 'Ada', email: 'ada@example.com' },
    session: { id: sessionCreate.session.id },
    scopes: [],
  });

  await ada.data(
    'mutation($input: RegistrationCreateInput!) { registrationCreate(input: $input) { userErrors { code } } }',
    { input: { eventId: id } },
  );
  expect((await notifications.next()).value).toMatchObject({
    data: {
      notificationReceived: { notification: { id: expect.stringMatching(/^notification_/), readAt: null } },
    },
  });
  await arrivals.return?.();
  await notifications.return?.();
});

test("the README's shell commands run as they stand there", async () => {
  const script = shell.join('\n').replaceAll('http://localhost:4000/graphql', kronos.url);
  const folder = mkdtempSync(join(tmpdir(), 'kronos-story-'));
  // With job control a listener is a process group of its own, which `kill` ends whole.
  const lines = ['set -m', script.replaceAll('/tmp/', `${folder}/`), 'kill %1 %2'];
  const { stdout } = await promisify(execFile)('bash', ['-c', lines.join('\n')], {
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
  });
  expect(stdout).toContain('"title":"Launch","status":"PUBLISHED"');
  expect(stdout).toContain('"scopes":[]');
  expect(stdout).not.toContain('"extensions":{"code"');
});
