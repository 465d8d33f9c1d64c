import { afterAll, describe, expect, test } from 'vitest';
import { createTestEvents, type Person, somebody, somebodyModerating } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const [olga, gus, mia] = [somebody(), somebody(), somebodyModerating()];

const created = 'subscription { eventCreated { eventId occurredAt cursor event { id title status } } }';
const updated = 'subscription ($id: ID) { eventUpdated(id: $id) { cursor changes event { title } } }';
const cancelled = 'subscription ($id: ID) { eventCancelled(id: $id) { reason event { title status } } }';
const registered =
  'subscription ($eventId: ID!) { registrationCreated(eventId: $eventId) { registration { attendee { id } event { remaining } } } }';

/** The titles that a subscriber to `eventCreated` hears until `last`. */
async function titlesUntil(
  last: string,
  stream: Awaited<ReturnType<typeof kit.subscribe>>,
): Promise<string[]> {
  const titles: string[] = [];
  while (titles.at(-1) !== last) {
    const { data, errors } = await stream.message();
    expect(errors).toBeUndefined();
    titles.push(data?.eventCreated.event.title);
  }
  return titles;
}

describe('eventCreated', () => {
  test('tells of a published event, once it is published', async () => {
    await using stream = await kit.subscribe(created, {}, gus);
    const draft = await kit.given(olga, { title: 'Draft', publish: false });
    const launch = await kit.given(olga);
    const first = await stream.message();
    expect(first.data?.eventCreated).toEqual({
      eventId: expect.stringMatching(/^evt_[0-9a-z]{26}$/),
      occurredAt: expect.any(String),
      cursor: first.cursor,
      event: { id: launch.id, title: 'Launch', status: 'PUBLISHED' },
    });
    await kit.mutate('eventPublish', { id: draft.id }, olga);
    expect((await stream.message()).data?.eventCreated.event.id).toBe(draft.id);
  });

  test('tells each subscriber what they may find', async () => {
    const people: [Person | undefined, string[]][] = [
      [undefined, ['Public', 'Last']],
      [gus, ['Public', 'Last']],
      [mia, ['Public', 'Private', 'Last']],
      [olga, ['Public', 'Unlisted', 'Private', 'Last']],
    ];
    const streams = await Promise.all(people.map(([person]) => kit.subscribe(created, {}, person)));
    await kit.given(olga, { title: 'Public' });
    await kit.given(olga, { title: 'Unlisted', visibility: 'UNLISTED' });
    await kit.given(olga, { title: 'Private', visibility: 'PRIVATE' });
    await kit.given(olga, { title: 'Last' });
    const heard = await Promise.all(streams.map((stream) => titlesUntil('Last', stream)));
    expect(heard).toEqual(people.map(([, titles]) => titles));
    await Promise.all(streams.map((stream) => stream.return?.()));
  });

  test('goes on after the last cursor, with what the subscriber may see by then', async () => {
    const stream = await kit.subscribe(created, {}, gus);
    await kit.given(olga, { title: 'Heard' });
    const { cursor } = await stream.message();
    await stream.return?.();

    await kit.given(olga, { title: 'Missed' });
    const secret = await kit.given(olga, { title: 'Secret', visibility: 'PRIVATE' });
    const withdrawn = await kit.given(olga, { title: 'Withdrawn' });
    await kit.registered(olga, secret.id, gus.id);
    await kit.mutate('eventUpdate', { id: withdrawn.id, input: { visibility: 'PRIVATE' } }, olga);
    await kit.given(olga, { title: 'Last' });

    await using resumed = await kit.subscribe(created, {}, gus, cursor);
    expect(await titlesUntil('Last', resumed)).toEqual(['Missed', 'Secret', 'Last']);
  });
});

describe('eventUpdated', () => {
  test('of one event says what has changed, and is silent about others', async () => {
    const [launch, other] = [await kit.given(olga, { visibility: 'UNLISTED' }), await kit.given(olga)];
    await using stream = await kit.subscribe(updated, { id: launch.id });
    await kit.mutate('eventUpdate', { id: other.id, input: { title: 'Other' } }, olga);
    await kit.mutate('eventUpdate', { id: launch.id, input: { title: 'Later', capacity: 9 } }, olga);
    expect((await stream.message()).data?.eventUpdated).toMatchObject({
      changes: ['title', 'capacity'],
      event: { title: 'Later' },
    });
  });

  test('of any event leaves out what the subscriber may not find', async () => {
    const hidden = [
      await kit.given(olga, { visibility: 'PRIVATE' }),
      await kit.given(olga, { visibility: 'UNLISTED' }),
    ];
    const open = await kit.given(olga);
    await using stream = await kit.subscribe(updated, {}, gus);
    for (const { id } of [...hidden, open])
      await kit.mutate('eventUpdate', { id, input: { title: `Was ${id}` } }, olga);
    expect((await stream.message()).data?.eventUpdated.event.title).toBe(`Was ${open.id}`);
  });

  test('of a private event is for those who see it, for as long as they do', async () => {
    const { id } = await kit.given(olga, { visibility: 'PRIVATE' });
    await using refused = await kit.subscribe(updated, { id }, gus);
    const { errors } = await refused.message();
    expect(errors?.[0]?.extensions?.code).toBe('NOT_FOUND');

    const registration = await kit.registered(olga, id, gus.id);
    await using named = await kit.subscribe(updated, { id }, gus);
    await using any = await kit.subscribe(updated, {}, gus);
    const rename = (event: string, title: string) =>
      kit.mutate('eventUpdate', { id: event, input: { title } }, olga);
    await rename(id, 'One');
    expect((await named.message()).data?.eventUpdated.event.title).toBe('One');
    expect((await any.message()).data?.eventUpdated.event.title).toBe('One');

    await kit.mutate('registrationCancel', { id: registration }, olga);
    await rename(id, 'Two');
    await rename((await kit.given(olga)).id, 'Marker');
    expect((await any.message()).data?.eventUpdated.event.title).toBe('Marker');
  });
});

test('eventCancelled says why', async () => {
  const { id } = await kit.given(olga);
  await using stream = await kit.subscribe(cancelled, { id }, gus);
  await kit.mutate('eventCancel', { id, input: { reason: 'Storm' } }, olga);
  expect((await stream.message()).data?.eventCancelled).toEqual({
    reason: 'Storm',
    event: { title: 'Launch', status: 'CANCELLED' },
  });
});

describe('registrationCreated', () => {
  test('tells the organiser of everybody, and everybody else of themselves', async () => {
    const { id: eventId } = await kit.given(olga, { capacity: 10 });
    const other = await kit.given(olga);
    await using host = await kit.subscribe(registered, { eventId }, olga);
    await using guest = await kit.subscribe(registered, { eventId }, gus);
    const stranger = somebody();
    await kit.registered(gus, other.id);
    await kit.registered(stranger, eventId);
    await kit.registered(gus, eventId);

    const attendees = [await host.message(), await host.message()].map(
      ({ data }) => data?.registrationCreated.registration.attendee.id,
    );
    expect(attendees).toEqual([stranger.id, gus.id]);
    expect((await guest.message()).data?.registrationCreated.registration).toEqual({
      attendee: { id: gus.id },
      event: { remaining: 8 },
    });
  });

  test('of an event that the caller may not see is refused', async () => {
    const { id: eventId } = await kit.given(olga, { visibility: 'PRIVATE' });
    await using stream = await kit.subscribe(registered, { eventId }, gus);
    expect((await stream.message()).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
  });
});
