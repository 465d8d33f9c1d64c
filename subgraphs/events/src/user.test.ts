import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestEvents, type Person, somebody, somebodyModerating } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const [olga, gus, mia] = [somebody(), somebody(), somebodyModerating()];

/** A field of a user, as the gateway asks for it. */
async function userField(user: Person, field: string, as?: Person) {
  const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { field: ${field} } } }`;
  const representations = [{ __typename: 'User', id: user.id }];
  const { data, errors } = await kit.execute(document, { representations }, as);
  expect(errors).toBeUndefined();
  return data?._entities[0].field;
}

beforeAll(async () => {
  const open = await kit.given(olga, { title: 'Open', startsAt: '2030-01-01T00:00:00Z' });
  const invited = await kit.given(olga, {
    title: 'Private',
    startsAt: '2030-01-02T00:00:00Z',
    visibility: 'PRIVATE',
  });
  await kit.given(olga, { title: 'Unlisted', startsAt: '2030-01-03T00:00:00Z', visibility: 'UNLISTED' });
  await kit.given(olga, { title: 'Draft', startsAt: '2030-01-04T00:00:00Z', publish: false });
  await kit.registered(gus, open.id);
  const cancelled = await kit.registered(olga, invited.id, gus.id);
  await kit.mutate('registrationCancel', { id: cancelled }, gus);
  const again = await kit.given(olga, {
    title: 'Party',
    startsAt: '2030-01-05T00:00:00Z',
    visibility: 'PRIVATE',
  });
  await kit.registered(olga, again.id, gus.id);
});

test('organizedEvents holds, and counts, what its reader may find', async () => {
  const organized = async (as?: Person) => {
    const { nodes, totalCount } = await userField(
      olga,
      'organizedEvents(first: 10) { totalCount nodes { title } }',
      as,
    );
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ title }: { title: string }) => title);
  };
  expect(await organized()).toEqual(['Open']);
  expect(await organized(gus)).toEqual(['Open', 'Party']);
  expect(await organized(mia)).toEqual(['Open', 'Private', 'Party']);
  expect(await organized(olga)).toEqual(['Open', 'Private', 'Unlisted', 'Draft', 'Party']);
});

describe('registrations', () => {
  const field = 'registrations { totalCount nodes { status event { title } } }';

  test('are shown to the person and to moderators', async () => {
    const nodes = [
      { status: 'CONFIRMED', event: { title: 'Party' } },
      { status: 'CONFIRMED', event: { title: 'Open' } },
    ];
    expect(await userField(gus, field, gus)).toEqual({ totalCount: 2, nodes });
    expect(await userField(gus, field, mia)).toEqual({ totalCount: 2, nodes });
    expect(await userField(gus, field, olga)).toBeNull();
    expect(await userField(gus, field)).toBeNull();
  });

  test('that were given back are there for who asks, without a private event', async () => {
    const all = await userField(gus, 'registrations(status: null) { totalCount }', gus);
    expect(all).toEqual({ totalCount: 3 });
    const cancelled = await userField(
      gus,
      'registrations(status: CANCELLED) { nodes { event { title } } }',
      gus,
    );
    expect(cancelled).toEqual({ nodes: [{ event: null }] });
  });
});
