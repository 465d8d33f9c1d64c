import { afterAll, beforeAll, expect, test } from 'vitest';
import { client, type Person, signUp } from '../kit/client.ts';
import { createEvent, register, until } from '../kit/graph.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';
import { descendant } from '../kit/processes.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const oneProcess = /serve gateway/;
let kronos: Kronos;
let ada: Person;
let grace: Person;

beforeAll(async () => {
  kronos = await startKronos({ environment: { KRONOS_ONE_PROCESS: 'true' } });
  ada = await signUp('Ada', kronos.url);
  grace = await signUp('Grace', kronos.url);
});
afterAll(() => kronos?.[Symbol.asyncDispose]());

const graphPid = () => descendant(kronos.process.pid!, oneProcess).pid;

test('there is one process for the gateway and the subgraphs', () => {
  expect(graphPid()).toBeGreaterThan(0);
  for (const other of [/serve (?!gateway)/, /gateway\/src\/main/])
    expect(() => descendant(kronos.process.pid!, other)).toThrow('no process');
});

test('a mutation in one subgraph is read across others', async () => {
  const event = await createEvent(ada, { title: 'Together' });
  expect(await register(grace, event.id)).toMatchObject({ userErrors: [] });
  const data = await grace.data(
    `query ($id: ID!) {
      event(id: $id) { title organizer { id displayName } }
      viewer { user { displayName } }
    }`,
    { id: event.id },
  );
  expect(data).toEqual({
    event: { title: 'Together', organizer: { id: ada.id, displayName: 'Ada' } },
    viewer: { user: { displayName: 'Grace' } },
  });
});

test('strangers and others are refused by the gateway and by the subgraphs', async () => {
  const event = await createEvent(ada);
  const update = `mutation ($id: ID!, $input: EventUpdateInput!) {
    eventUpdate(id: $id, input: $input) { event { title } userErrors { code } }
  }`;
  const variables = { id: event.id, input: { title: 'Mine' } };
  const stranger = await client(undefined, kronos.url).query(update, variables);
  expect(stranger).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  const { eventUpdate: others } = await grace.data(update, variables);
  expect(others).toEqual({ event: null, userErrors: [{ code: 'FORBIDDEN' }] });
  const { eventUpdate: own } = await ada.data(update, variables);
  expect(own).toEqual({ event: { title: 'Mine' }, userErrors: [] });
});

test('a subscription arrives, with what other subgraphs add to it', async () => {
  const events = await grace.listen(
    'subscription { eventCreated { event { title organizer { displayName } } } }',
  );
  await createEvent(ada, { title: 'Live' });
  const event = await until(events, ({ data }) => data.eventCreated.event.title === 'Live');
  expect(event.data.eventCreated.event.organizer).toEqual({ displayName: 'Ada' });
  await events.return?.();
});

test('kill -9 of it: all of it comes back', async () => {
  const before = graphPid();
  process.kill(before, 'SIGKILL');
  await waitUntil(
    async () => (await fetch(new URL('/ready', kronos.url)).catch(() => undefined))?.status === 200,
  );
  expect(graphPid()).not.toBe(before);
  expect((await createEvent(ada)).id).toMatch(/^event_/);
});
