import { afterAll, describe, expect, test } from 'vitest';
import { createTestEvents, somebody, startsAt, uuidOf } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const olga = somebody();

test('the smallest input makes a published event of the caller’s', async () => {
  const document = `mutation Create($input: EventCreateInput!) {
    eventCreate(input: $input) { event { id slug title status visibility organizer { id } capacity remaining timeZone } userErrors { code message field } }
  }`;
  const input = { title: 'Launch', startsAt: '2027-01-15T18:00:00Z', visibility: 'PUBLIC', capacity: 2 };
  const { data, errors } = await kit.execute(document, { input }, olga);

  expect(errors).toBeUndefined();
  expect(data?.eventCreate).toEqual({
    event: {
      id: expect.stringMatching(/^event_[0-9a-z]{26}$/),
      slug: 'launch',
      title: 'Launch',
      status: 'PUBLISHED',
      visibility: 'PUBLIC',
      organizer: { id: olga.id },
      capacity: 2,
      remaining: 2,
      timeZone: 'UTC',
    },
    userErrors: [],
  });
});

test('every field is kept', async () => {
  const input = {
    title: 'Workshop',
    description: 'Bring a laptop.\nOr two.',
    startsAt,
    endsAt: '2030-01-15T20:30:00.000Z',
    timeZone: 'Europe/Paris',
    location: 'Lyon',
    onlineUrl: 'https://example.com/room?id=1',
    visibility: 'UNLISTED',
    capacity: null,
  };
  const { event } = await kit.mutate('eventCreate', { input }, olga);
  expect(event).toMatchObject({ ...input, remaining: null, cancelReason: null });
});

test('every fault is told at once, with its field', async () => {
  const input = {
    title: ' ',
    startsAt: '2020-01-01T00:00:00Z',
    onlineUrl: 'javascript:alert(1)',
    timeZone: 'Nowhere',
    capacity: 0,
  };
  const { event, userErrors } = await kit.mutate('eventCreate', { input }, olga);
  expect(event).toBeNull();
  expect(userErrors.map(({ code, field }) => [code, field])).toEqual([
    ['REQUIRED', ['input', 'title']],
    ['INVALID', ['input', 'startsAt']],
    ['INVALID', ['input', 'timeZone']],
    ['INVALID', ['input', 'onlineUrl']],
    ['INVALID', ['input', 'capacity']],
  ]);
});

describe('what is announced', () => {
  test('is a published event, in the transaction that made it', async () => {
    const { id } = await kit.given(olga, { title: 'Announced', visibility: 'PRIVATE' });
    expect((await kit.outbox()).at(-1)).toEqual({
      name: 'eventCreated',
      payload: { eventId: uuidOf(id), organizerId: olga.userId, title: 'Announced', visibility: 'PRIVATE' },
    });
  });

  test('is not a draft, nor what was refused', async () => {
    const before = await kit.outbox();
    const { event } = await kit.mutate(
      'eventCreate',
      { input: { title: 'Draft', startsAt, publish: false } },
      olga,
    );
    expect(event?.status).toBe('DRAFT');
    await kit.faults('eventCreate', { input: { title: '', startsAt } }, olga);
    expect(await kit.outbox()).toEqual(before);
  });
});

describe('the slug', () => {
  test('of 20 events that are created at once with one title is unique and readable', async () => {
    const events = await Promise.all(
      Array.from({ length: 20 }, () => kit.given(olga, { title: 'Fête de la Musique' })),
    );
    const slugs = events.map(({ slug }) => slug);
    expect(new Set(slugs).size).toBe(20);
    expect(slugs).toContain('fete-de-la-musique');
    for (const slug of slugs) expect(slug).toMatch(/^fete-de-la-musique(-[a-z0-9]+)?$/);
  });

  test.each([{ visibility: 'UNLISTED' }, { visibility: 'PRIVATE' }, { publish: false }])(
    'of what is not for everybody (%j) cannot be guessed and takes no readable one',
    async (input) => {
      const title = `Secret ${Object.values(input)}`;
      const { slug } = await kit.given(olga, { title, ...input });
      expect(slug).toMatch(/^secret-\w+-[a-z2-9]{10}$/);
      expect((await kit.given(olga, { title })).slug).toBe(slug.slice(0, -11));
    },
  );
});
