import { afterAll, expect, test } from 'vitest';
import { createTestEvents, somebody, uuidOf } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const olga = somebody();

/** What is stored about an event's places. */
async function stored(eventId: string) {
  const id = uuidOf(eventId);
  const { registeredCount } = await kit.db.event.findUniqueOrThrow({ where: { id } });
  const confirmed = await kit.db.registration.count({ where: { eventId: id, status: 'CONFIRMED' } });
  return { registeredCount, confirmed };
}

function count(codes: string[][]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [code = 'none'] of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

test('50 people at once at 10 places: 10 get one, 40 are told that the event is full', async () => {
  const { id: eventId } = await kit.given(olga, { capacity: 10 });
  const codes = await Promise.all(
    Array.from({ length: 50 }, () => kit.faults('registrationCreate', { input: { eventId } }, somebody())),
  );
  expect(count(codes)).toEqual({ none: 10, EVENT_FULL: 40 });
  expect(await stored(eventId)).toEqual({ registeredCount: 10, confirmed: 10 });
  const log = await kit.outbox();
  expect(log.filter(({ name }) => name === 'registrationCreated')).toHaveLength(10);
});

test('one person ten times at once gets one place', async () => {
  const { id: eventId } = await kit.given(olga, { capacity: 10 });
  const gus = somebody();
  const codes = await Promise.all(
    Array.from({ length: 10 }, () => kit.faults('registrationCreate', { input: { eventId } }, gus)),
  );
  expect(count(codes)).toEqual({ none: 1, ALREADY_REGISTERED: 9 });
  expect(await stored(eventId)).toEqual({ registeredCount: 1, confirmed: 1 });
});

test('places given back and taken, and a capacity lowered, all at once, never add up wrong', async () => {
  const { id: eventId } = await kit.given(olga, { capacity: 10 });
  const guests = Array.from({ length: 10 }, () => somebody());
  const places = await Promise.all(guests.map((guest) => kit.registered(guest, eventId)));

  await Promise.all([
    ...places.map((id, number) => kit.faults('registrationCancel', { id }, guests[number] as never)),
    ...places.map((id) => kit.faults('registrationCancel', { id }, olga)),
    ...guests.map((guest) => kit.faults('registrationCreate', { input: { eventId } }, guest)),
    ...Array.from({ length: 10 }, () => kit.faults('registrationCreate', { input: { eventId } }, somebody())),
    kit.faults('eventUpdate', { id: eventId, input: { capacity: 8 } }, olga),
  ]);

  const { registeredCount, confirmed } = await stored(eventId);
  expect(registeredCount).toBe(confirmed);
  const { capacity } = await kit.db.event.findUniqueOrThrow({ where: { id: uuidOf(eventId) } });
  expect(confirmed).toBeLessThanOrEqual(capacity as number);
});

test('the last place is taken or taken away, not both', async () => {
  const { id: eventId } = await kit.given(olga, { capacity: 2 });
  await kit.registered(somebody(), eventId);
  const codes = await kit.together(eventId, [
    () => kit.faults('registrationCreate', { input: { eventId } }, somebody()),
    () => kit.faults('eventUpdate', { id: eventId, input: { capacity: 1 } }, olga),
  ]);
  expect([
    [['EVENT_FULL'], []],
    [[], ['CONFLICT']],
  ]).toContainEqual(codes);
});

test('the database itself refuses to oversell', async () => {
  const { id: eventId } = await kit.given(olga, { capacity: 1 });
  const oversell = kit.db.event.update({ where: { id: uuidOf(eventId) }, data: { registeredCount: 2 } });
  await expect(oversell).rejects.toThrow('event_registered_count_check');
});
