import { afterAll, describe, expect, test } from 'vitest';
import { createTestEvents, somebody, somebodyModerating } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const [olga, gus] = [somebody(), somebody()];

describe('eventPublish', () => {
  test('publishes a draft once, and announces it then', async () => {
    const { id } = await kit.given(olga, { publish: false });
    expect(await kit.outbox()).toEqual([]);
    const { event } = await kit.mutate('eventPublish', { id }, olga);
    expect(event?.status).toBe('PUBLISHED');
    expect((await kit.outbox()).map(({ name }) => name)).toEqual(['eventCreated']);
    expect(await kit.faults('eventPublish', { id }, olga)).toEqual(['CONFLICT']);
    expect(await kit.outbox()).toHaveLength(1);
  });

  test('does not publish what has passed or is cancelled', async () => {
    const [late, cancelled] = [
      await kit.given(olga, { publish: false }),
      await kit.given(olga, { publish: false }),
    ];
    await kit.end(late.id);
    await kit.mutate('eventCancel', { id: cancelled.id, input: {} }, olga);
    expect(await kit.faults('eventPublish', { id: late.id }, olga)).toEqual(['EVENT_CLOSED']);
    expect(await kit.faults('eventPublish', { id: cancelled.id }, olga)).toEqual(['EVENT_CLOSED']);
  });

  test('knows of no draft for anybody but its organiser', async () => {
    const { id } = await kit.given(olga, { publish: false });
    expect(await kit.faults('eventPublish', { id }, gus)).toEqual(['NOT_FOUND']);
    expect(await kit.faults('eventPublish', { id }, somebodyModerating())).toEqual(['NOT_FOUND']);
  });
});

describe('eventCancel', () => {
  test('cancels for good and says why', async () => {
    const { id } = await kit.given(olga);
    const { event } = await kit.mutate('eventCancel', { id, input: { reason: ' Storm ' } }, olga);
    expect(event).toMatchObject({ status: 'CANCELLED', cancelReason: 'Storm' });
    expect((await kit.outbox()).at(-1)).toMatchObject({
      name: 'eventCancelled',
      payload: { organizerId: olga.userId, reason: 'Storm' },
    });
    expect(await kit.faults('eventCancel', { id, input: {} }, olga)).toEqual(['EVENT_CLOSED']);
  });

  test('does not cancel what is over', async () => {
    const { id } = await kit.given(olga);
    await kit.end(id);
    expect(await kit.faults('eventCancel', { id, input: {} }, olga)).toEqual(['EVENT_CLOSED']);
  });

  test('cancels a draft in silence, and it stays its organiser’s alone', async () => {
    const { id } = await kit.given(olga, { publish: false });
    const log = await kit.outbox();
    const { event } = await kit.mutate('eventCancel', { id, input: {} }, olga);
    expect(event?.status).toBe('CANCELLED');
    expect(await kit.outbox()).toEqual(log);
    const { data } = await kit.execute('query ($id: ID!) { event(id: $id) { id } }', { id }, gus);
    expect(data).toEqual({ event: null });
  });

  test('is for the organiser and moderators', async () => {
    const [open, hidden] = [await kit.given(olga), await kit.given(olga, { visibility: 'PRIVATE' })];
    expect(await kit.faults('eventCancel', { id: open.id, input: {} }, gus)).toEqual(['FORBIDDEN']);
    expect(await kit.faults('eventCancel', { id: hidden.id, input: {} }, gus)).toEqual(['NOT_FOUND']);
    expect(await kit.faults('eventCancel', { id: hidden.id, input: {} }, somebodyModerating())).toEqual([]);
  });

  test('of two at once succeeds once', async () => {
    const { id } = await kit.given(olga);
    const log = await kit.outbox();
    const cancel = () => kit.faults('eventCancel', { id, input: {} }, olga);
    expect((await kit.together(id, [cancel, cancel])).flat()).toEqual(['EVENT_CLOSED']);
    expect(await kit.outbox()).toHaveLength(log.length + 1);
  });
});
