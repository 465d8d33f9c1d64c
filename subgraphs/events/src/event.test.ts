import { afterAll, describe, expect, test } from 'vitest';
import { createTestEvents, type Person, somebody, somebodyModerating } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const [olga, gus, mia] = [somebody(), somebody(), somebodyModerating()];

describe('one event', () => {
  const read = async (args: object, as?: Person) => {
    const document = 'query ($id: ID, $slug: String) { event(id: $id, slug: $slug) { id } }';
    return kit.execute(document, args, as);
  };
  const isSeen = async (event: { id: string; slug: string }, as?: Person) => {
    const answers = [await read({ id: event.id }, as), await read({ slug: event.slug }, as)];
    const [byId, bySlug] = answers.map(({ data, errors }) => {
      expect(errors).toBeUndefined();
      return data?.event !== null;
    });
    expect(byId).toBe(bySlug);
    return byId;
  };

  test('PUBLIC and UNLISTED ones are seen by everybody, by id and by slug', async () => {
    for (const visibility of ['PUBLIC', 'UNLISTED']) {
      const event = await kit.given(olga, { visibility });
      expect([await isSeen(event), await isSeen(event, gus)]).toEqual([true, true]);
    }
  });

  test('a PRIVATE one is seen by its organiser, those registered and moderators alone', async () => {
    const event = await kit.given(olga, { visibility: 'PRIVATE' });
    expect([await isSeen(event), await isSeen(event, gus)]).toEqual([false, false]);
    expect([await isSeen(event, olga), await isSeen(event, mia)]).toEqual([true, true]);

    const registration = await kit.registered(olga, event.id, gus.id);
    expect(await isSeen(event, gus)).toBe(true);
    await kit.mutate('registrationCancel', { id: registration }, olga);
    expect(await isSeen(event, gus)).toBe(false);
  });

  test('a draft is seen by its organiser alone', async () => {
    const event = await kit.given(olga, { publish: false });
    expect([await isSeen(event), await isSeen(event, gus), await isSeen(event, mia)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(await isSeen(event, olga)).toBe(true);
  });

  test('is asked for by exactly one of id and slug', async () => {
    const event = await kit.given(olga);
    for (const args of [{}, { id: event.id, slug: event.slug }, { id: null, slug: null }])
      expect((await read(args)).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    expect((await read({ id: event.id, slug: null })).data?.event.id).toBe(event.id);
  });

  test('is null for what does not exist, and an error for what is no id of an event', async () => {
    expect((await read({ id: 'event_00000000000000000000000000' })).data).toEqual({ event: null });
    expect((await read({ slug: 'no-such' })).data).toEqual({ event: null });
    expect((await read({ slug: 'a\0b' })).data).toEqual({ event: null });
    expect((await read({ id: olga.id })).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('tells its status by the clock', async () => {
    const { id } = await kit.given(olga);
    await kit.end(id);
    const { data } = await kit.execute('query ($id: ID) { event(id: $id) { status } }', { id });
    expect(data).toEqual({ event: { status: 'ENDED' } });
  });

  test('tells each caller of their own place alone, and its organiser who comes', async () => {
    const { id } = await kit.given(olga);
    const registration = await kit.registered(gus, id);
    const document = `query ($id: ID) { event(id: $id) {
      viewerRegistration { id } registrations { totalCount nodes { attendee { id } } } } }`;
    const event = async (as?: Person) => (await kit.execute(document, { id }, as)).data?.event;
    const all = { totalCount: 1, nodes: [{ attendee: { id: gus.id } }] };

    expect(await event()).toEqual({ viewerRegistration: null, registrations: null });
    expect(await event(gus)).toEqual({ viewerRegistration: { id: registration }, registrations: null });
    expect(await event(olga)).toEqual({ viewerRegistration: null, registrations: all });
    expect(await event(mia)).toEqual({ viewerRegistration: null, registrations: all });
  });
});

describe('entity references', () => {
  const document = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Event { title } ... on Registration { status } ... on User { id } }
  }`;

  test('show nothing that the caller may not see', async () => {
    const [open, hidden] = [await kit.given(olga), await kit.given(olga, { visibility: 'PRIVATE' })];
    const registration = await kit.registered(olga, hidden.id, gus.id);
    const representations = [
      { __typename: 'Event', id: open.id },
      { __typename: 'Event', id: hidden.id },
      { __typename: 'Event', id: 'nonsense' },
      { __typename: 'Registration', id: registration },
      { __typename: 'User', id: gus.id },
    ];
    const entities = async (as?: Person) => {
      const { data, errors } = await kit.execute(document, { representations }, as);
      expect(errors).toBeUndefined();
      return data?._entities;
    };
    const [launch, user] = [{ title: 'Launch' }, { id: gus.id }];
    expect(await entities()).toEqual([launch, null, null, null, user]);
    expect(await entities(somebody())).toEqual([launch, null, null, null, user]);
    expect(await entities(gus)).toEqual([launch, launch, null, { status: 'CONFIRMED' }, user]);
    expect(await entities(olga)).toEqual([launch, launch, null, { status: 'CONFIRMED' }, user]);
  });
});
