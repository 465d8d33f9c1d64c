import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { expect, inject, test } from 'vitest';
import { client, type Json, signUp } from '../kit/client.ts';
import { createEvent, register, until } from '../kit/graph.ts';

const eventCreated =
  'subscription { eventCreated { eventId occurredAt cursor event { id title organizer { displayName } } } }';

test('graphql-sse hears a new event, with a name from another subgraph', async () => {
  const ada = await signUp('Ada');
  const stream = await client(ada.token).listen(eventCreated);
  const event = await createEvent(ada, { title: 'Over SSE' });
  const result = await until(stream, (next) => next.data.eventCreated.event.id === event.id);
  expect(result.data.eventCreated).toMatchObject({
    eventId: expect.stringMatching(/^evt_/),
    cursor: expect.stringMatching(/^\d+$/),
    event: { title: 'Over SSE', organizer: { displayName: 'Ada' } },
  });
  expect(Date.parse(result.data.eventCreated.occurredAt)).toBeLessThanOrEqual(Date.now());
  await stream.return?.();
});

test('Apollo Client hears a new event over multipart', async () => {
  const grace = await signUp('Grace');
  const apollo = new ApolloClient({
    cache: new InMemoryCache(),
    link: new HttpLink({ uri: inject('kronosUrl'), headers: { authorization: `Bearer ${grace.token}` } }),
  });
  // A stream of the other protocol tells when a subscription of the same field stands.
  const titles: string[] = [];
  const heard = new Promise<void>((resolve, reject) => {
    apollo.subscribe<Json>({ query: gql(eventCreated), fetchPolicy: 'no-cache' }).subscribe({
      next: ({ data, error }) => {
        if (error) reject(error);
        titles.push(data.eventCreated.event.title);
        resolve();
      },
      error: reject,
    });
  });
  const isHeard = heard.then(() => true);
  do {
    await createEvent(grace, { title: 'Over multipart' });
  } while (!(await Promise.race([isHeard, new Promise((resolve) => setTimeout(resolve, 100, false))])));
  expect(titles).toContain('Over multipart');
  apollo.stop();
});

test('a client that was away resumes after its cursor, without loss and without duplicates', async () => {
  const ada = await signUp('Ada');
  const first = await ada.listen(eventCreated);
  const before = await createEvent(ada, { title: 'before' });
  const heard = await until(first, (next) => next.data.eventCreated.event.id === before.id);
  await first.return?.();

  const missed: string[] = [];
  for (const title of ['one', 'two', 'three']) missed.push((await createEvent(ada, { title })).id);

  const response = await fetch(ada.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${ada.token}`,
      'last-event-id': heard.data.eventCreated.cursor,
    },
    body: JSON.stringify({ query: eventCreated }),
  });
  const ids: string[] = [];
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = [...text.matchAll(/^data: (.+)$/gm)].map(
      (line) => JSON.parse(line[1]!).data.eventCreated.event.id,
    );
    ids.splice(0, ids.length, ...events.filter((id) => missed.includes(id)));
    if (ids.length >= 3) break;
  }
  expect(ids).toEqual(missed);
  expect(text).toMatch(/^id: \d+$/m);
});

test('a notification reaches its recipient alone', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')];
  const received =
    'subscription { notificationReceived { cursor notification { id title body readAt kind } } }';
  const [toAda, toGrace] = [await ada.listen(received), await grace.listen(received)];
  const event = await createEvent(ada, { title: 'Reading group' });
  await register(grace, event.id);
  await ada.data(
    'mutation($id: ID!, $input: EventUpdateInput!) { eventUpdate(id: $id, input: $input) { userErrors { code } } }',
    {
      id: event.id,
      input: { location: 'Room 2' },
    },
  );
  const result = await until(
    toGrace,
    (next) => next.data.notificationReceived.notification.kind === 'EVENT_UPDATED',
  );
  expect(result.data.notificationReceived.notification.readAt).toBeNull();

  // What Ada hears next is her own: nothing of Grace's came in between.
  await register(ada, event.id);
  const own = await until(toAda, (next) => next.data.notificationReceived.notification.kind !== 'WELCOME');
  expect(own.data.notificationReceived.notification.kind).toBe('REGISTRATION_CONFIRMED');
  await toAda.return?.();
  await toGrace.return?.();
});
