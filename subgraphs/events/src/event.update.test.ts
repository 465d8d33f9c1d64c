import { afterAll, describe, expect, test } from 'vitest';
import { createTestEvents, somebody, somebodyModerating, uuidOf } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const [olga, gus] = [somebody(), somebody()];

test('changes what is given, keeps the rest, and says what changed', async () => {
  const { id, slug } = await kit.given(olga, { description: 'First', capacity: 5 });
  const input = { title: 'Relaunch', description: null, capacity: 5, endsAt: '2030-01-16T00:00:00.000Z' };
  const { event } = await kit.mutate('eventUpdate', { id, input }, olga);
  expect(event).toMatchObject({ ...input, slug, timeZone: 'UTC' });
  expect((await kit.outbox()).at(-1)).toEqual({
    name: 'eventUpdated',
    payload: {
      ...{ eventId: uuidOf(id), organizerId: olga.userId, title: 'Relaunch', visibility: 'PUBLIC' },
      changes: ['title', 'description', 'endsAt'],
    },
  });
});

test('what changes nothing is not an update', async () => {
  const { id } = await kit.given(olga);
  const [before, log] = [await kit.db.event.findUnique({ where: { id: uuidOf(id) } }), await kit.outbox()];
  expect(await kit.faults('eventUpdate', { id, input: { title: ' Launch ', capacity: null } }, olga)).toEqual(
    [],
  );
  expect(await kit.faults('eventUpdate', { id, input: {} }, olga)).toEqual([]);
  expect(await kit.db.event.findUnique({ where: { id: uuidOf(id) } })).toEqual(before);
  expect(await kit.outbox()).toEqual(log);
});

test('drafts change in silence', async () => {
  const { id } = await kit.given(olga, { publish: false });
  const log = await kit.outbox();
  const { event } = await kit.mutate('eventUpdate', { id, input: { title: 'Better' } }, olga);
  expect(event?.title).toBe('Better');
  expect(await kit.outbox()).toEqual(log);
});

describe('is refused', () => {
  test('when the times would cross, though only one of them changes', async () => {
    const { id } = await kit.given(olga, { endsAt: '2030-01-15T20:00:00Z' });
    const input = { startsAt: '2030-01-15T21:00:00Z' };
    const { userErrors } = await kit.mutate('eventUpdate', { id, input }, olga);
    expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'endsAt'] }]);
  });

  test('for null where there must be something', async () => {
    const { id } = await kit.given(olga);
    expect(await kit.faults('eventUpdate', { id, input: { title: null, startsAt: null } }, olga)).toEqual([
      'REQUIRED',
      'REQUIRED',
    ]);
  });

  test('for a beginning in the distant past', async () => {
    const { id } = await kit.given(olga);
    const input = { startsAt: '0001-01-01T00:00:00Z' };
    expect(await kit.faults('eventUpdate', { id, input }, olga)).toEqual(['INVALID']);
  });

  test('for fewer places than are taken', async () => {
    const { id } = await kit.given(olga, { capacity: 3 });
    await kit.registered(somebody(), id);
    await kit.registered(somebody(), id);
    expect(await kit.faults('eventUpdate', { id, input: { capacity: 1 } }, olga)).toEqual(['CONFLICT']);
    const { event } = await kit.mutate('eventUpdate', { id, input: { capacity: 2 } }, olga);
    expect(event).toMatchObject({ capacity: 2, remaining: 0 });
  });

  test('once the event is cancelled', async () => {
    const { id } = await kit.given(olga);
    await kit.mutate('eventCancel', { id, input: {} }, olga);
    expect(await kit.faults('eventUpdate', { id, input: { title: 'No' } }, olga)).toEqual(['EVENT_CLOSED']);
  });

  test('for others: FORBIDDEN for what they see, NOT_FOUND for what they do not', async () => {
    const [open, hidden] = [await kit.given(olga), await kit.given(olga, { visibility: 'PRIVATE' })];
    const input = { title: 'Mine now' };
    expect(await kit.faults('eventUpdate', { id: open.id, input }, gus)).toEqual(['FORBIDDEN']);
    expect(await kit.faults('eventUpdate', { id: hidden.id, input }, gus)).toEqual(['NOT_FOUND']);
    expect(await kit.faults('eventUpdate', { id: hidden.id, input }, somebodyModerating())).toEqual([
      'FORBIDDEN',
    ]);
  });
});
