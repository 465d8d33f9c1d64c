import { expect, test } from 'vitest';
import { client, signUp } from '../kit/client.ts';
import { createEvent, register, until } from '../kit/graph.ts';

const byId = 'query($id: ID!) { event(id: $id) { title } }';
const organized =
  'query($id: ID!) { user(id: $id) { organizedEvents(first: 50) { totalCount nodes { id } } } }';
const listed = 'query($title: String!) { events(first: 50, query: $title) { nodes { id } totalCount } }';

test('a PRIVATE event is seen by its organiser and its registered attendees alone', async () => {
  const [ada, grace, eve] = [await signUp('Ada'), await signUp('Grace'), await signUp('Eve')];
  const title = `Secret${Date.now()}`;
  const event = await createEvent(ada, { title, visibility: 'PRIVATE' });
  await register(ada, event.id, grace);

  for (const seer of [ada, grace]) {
    expect((await seer.data(byId, { id: event.id })).event).toEqual({ title });
    expect((await seer.data(organized, { id: ada.id })).user.organizedEvents.nodes).toContainEqual({
      id: event.id,
    });
    expect((await seer.data(listed, { title })).events).toEqual({ nodes: [{ id: event.id }], totalCount: 1 });
  }
  for (const other of [eve, client()]) {
    expect((await other.data(byId, { id: event.id })).event).toBeNull();
    expect((await other.data(listed, { title })).events).toEqual({ nodes: [], totalCount: 0 });
  }
  expect((await eve.data(organized, { id: ada.id })).user.organizedEvents).toEqual({
    totalCount: 0,
    nodes: [],
  });
  expect((await register(eve, event.id)).userErrors).toEqual([{ code: 'NOT_FOUND' }]);
});

test('a PRIVATE event is heard by those who may see it alone', async () => {
  const [ada, eve] = [await signUp('Ada'), await signUp('Eve')];
  const created = 'subscription { eventCreated { event { id } } }';
  const [toAda, toEve] = [await ada.listen(created), await eve.listen(created)];
  const secret = await createEvent(ada, { visibility: 'PRIVATE' });
  const open = await createEvent(ada);

  expect(
    (await until(toAda, (next) => next.data.eventCreated.event.id === secret.id)).errors,
  ).toBeUndefined();
  const heardByEve: string[] = [];
  await until(
    toEve,
    (next) => heardByEve.push(next.data.eventCreated.event.id) > 0 && heardByEve.at(-1) === open.id,
  );
  expect(heardByEve).not.toContain(secret.id);
  await toAda.return?.();
  await toEve.return?.();
});
