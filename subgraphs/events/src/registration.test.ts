import { afterAll, describe, expect, test } from 'vitest';
import { createTestEvents, type Person, somebody, somebodyModerating, uuidOf } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const [olga, gus, mia] = [somebody(), somebody(), somebodyModerating()];

async function remaining(id: string): Promise<number | null> {
  const { data } = await kit.execute('query ($id: ID) { event(id: $id) { remaining } }', { id }, olga);
  return data?.event.remaining;
}

test('a place is taken, given back, and taken again', async () => {
  const { id: eventId } = await kit.given(olga, { capacity: 1 });
  const id = await kit.registered(gus, eventId);
  expect(await remaining(eventId)).toBe(0);
  expect(await kit.faults('registrationCreate', { input: { eventId } }, gus)).toEqual(['ALREADY_REGISTERED']);
  expect(await kit.faults('registrationCreate', { input: { eventId } }, somebody())).toEqual(['EVENT_FULL']);

  const { registration } = await kit.mutate('registrationCancel', { id }, gus);
  expect(registration).toEqual({ id, status: 'CANCELLED' });
  expect(await remaining(eventId)).toBe(1);
  expect(await kit.faults('registrationCancel', { id }, gus)).toEqual(['CONFLICT']);
  expect(await remaining(eventId)).toBe(1);

  expect(await kit.registered(gus, eventId)).toBe(id);
  expect(await remaining(eventId)).toBe(0);

  const payload = { registrationId: uuidOf(id), eventId: uuidOf(eventId), attendeeId: gus.userId };
  expect((await kit.outbox()).slice(1)).toEqual([
    { name: 'registrationCreated', payload },
    { name: 'registrationCancelled', payload },
    { name: 'registrationCreated', payload },
  ]);
});

test('registering changes nothing about the event but its places', async () => {
  const { id } = await kit.given(olga);
  const before = await kit.db.event.findUniqueOrThrow({ where: { id: uuidOf(id) } });
  await kit.registered(gus, id);
  const after = await kit.db.event.findUniqueOrThrow({ where: { id: uuidOf(id) } });
  expect(after).toEqual({ ...before, registeredCount: 1 });
});

test('the organiser, and nobody else, registers others', async () => {
  const [open, hidden] = [await kit.given(olga), await kit.given(olga, { visibility: 'PRIVATE' })];
  const invite = (eventId: string) => ({ input: { eventId, attendeeId: gus.id } });
  expect(await kit.faults('registrationCreate', invite(open.id), somebody())).toEqual(['FORBIDDEN']);
  expect(await kit.faults('registrationCreate', invite(open.id), mia)).toEqual(['FORBIDDEN']);
  expect(await kit.faults('registrationCreate', invite(hidden.id), somebody())).toEqual(['NOT_FOUND']);
  expect(await kit.faults('registrationCreate', invite(hidden.id), olga)).toEqual([]);
});

test('nobody lets themselves into a private event', async () => {
  const { id: eventId } = await kit.given(olga, { visibility: 'PRIVATE' });
  expect(await kit.faults('registrationCreate', { input: { eventId } }, gus)).toEqual(['NOT_FOUND']);
  expect(await kit.faults('registrationCreate', { input: { eventId } }, mia)).toEqual(['FORBIDDEN']);
  // Who gives back the place they were invited to needs another invitation.
  const id = await kit.registered(olga, eventId, gus.id);
  await kit.mutate('registrationCancel', { id }, gus);
  expect(await kit.faults('registrationCreate', { input: { eventId } }, gus)).toEqual(['NOT_FOUND']);
  expect(await kit.registered(olga, eventId, gus.id)).toBe(id);
});

test('what is a draft, cancelled or over takes no registrations and gives none back', async () => {
  const [draft, cancelled, ended] = [
    await kit.given(olga, { publish: false }),
    await kit.given(olga),
    await kit.given(olga),
  ];
  const places = [await kit.registered(gus, cancelled.id), await kit.registered(gus, ended.id)];
  await kit.mutate('eventCancel', { id: cancelled.id, input: {} }, olga);
  await kit.end(ended.id);

  const guest = somebody();
  const register = (eventId: string, as: Person = guest) =>
    kit.faults('registrationCreate', { input: { eventId } }, as);
  expect(await register(draft.id)).toEqual(['NOT_FOUND']);
  expect(await register(draft.id, olga)).toEqual(['EVENT_CLOSED']);
  expect(await register(cancelled.id)).toEqual(['EVENT_CLOSED']);
  expect(await register(ended.id)).toEqual(['EVENT_CLOSED']);
  for (const id of places)
    expect(await kit.faults('registrationCancel', { id }, gus)).toEqual(['EVENT_CLOSED']);
});

describe('a registration', () => {
  test('is given back by its attendee or the organiser', async () => {
    const { id: eventId } = await kit.given(olga);
    const id = await kit.registered(gus, eventId);
    expect(await kit.faults('registrationCancel', { id }, somebody())).toEqual(['NOT_FOUND']);
    expect(await kit.faults('registrationCancel', { id }, mia)).toEqual(['FORBIDDEN']);
    expect(await kit.faults('registrationCancel', { id }, olga)).toEqual([]);
  });

  test('is seen by its attendee, the organiser and moderators', async () => {
    const { id: eventId } = await kit.given(olga);
    const id = await kit.registered(gus, eventId);
    const document = 'query ($id: ID!) { registration(id: $id) { id event { id } attendee { id } } }';
    const registration = { id, event: { id: eventId }, attendee: { id: gus.id } };
    for (const person of [gus, olga, mia])
      expect((await kit.execute(document, { id }, person)).data).toEqual({ registration });
    expect((await kit.execute(document, { id }, somebody())).data).toEqual({ registration: null });
  });
});

test('mutations of one request see each other', async () => {
  const { id } = await kit.given(olga, { capacity: 5 });
  const document = `mutation ($input: RegistrationCreateInput!, $other: RegistrationCreateInput!) {
    one: registrationCreate(input: $input) { registration { event { remaining } } }
    two: registrationCreate(input: $other) { registration { event { remaining } } } }`;
  const variables = { input: { eventId: id }, other: { eventId: id, attendeeId: gus.id } };
  expect((await kit.execute(document, variables, olga)).data).toEqual({
    one: { registration: { event: { remaining: 4 } } },
    two: { registration: { event: { remaining: 3 } } },
  });
});
