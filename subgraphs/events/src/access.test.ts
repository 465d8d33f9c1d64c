import { afterAll, expect, test } from 'vitest';
import { createTestEvents, somebody, startsAt } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const event = await kit.given(somebody());
const { id } = event;

test.each([
  `mutation { eventCreate(input: {title: "Launch", startsAt: "${startsAt}"}) { event { id } } }`,
  `mutation { eventUpdate(id: "${id}", input: {title: "Mine"}) { event { id } } }`,
  `mutation { eventPublish(id: "${id}") { event { id } } }`,
  `mutation { eventCancel(id: "${id}", input: {}) { event { id } } }`,
  `mutation { registrationCreate(input: {eventId: "${id}"}) { registration { id } } }`,
  'mutation { registrationCancel(id: "registration_00000000000000000000000000") { registration { id } } }',
  'query { registration(id: "registration_00000000000000000000000000") { id } }',
])('a caller without an account is refused: %s', async (document) => {
  const { errors } = await kit.execute(document);
  expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});

test('a caller without an account is refused registrationCreated', async () => {
  await using stream = await kit.subscribe(
    'subscription ($eventId: ID!) { registrationCreated(eventId: $eventId) { cursor } }',
    { eventId: id },
  );
  expect((await stream.message()).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});

test('a caller without an account may look for events', async () => {
  const document = 'query ($id: ID) { event(id: $id) { id slug } events { totalCount } }';
  const { data } = await kit.execute(document, { id });
  expect(data).toEqual({ event: { id, slug: event.slug }, events: { totalCount: 1 } });
});

test('a request without the gateway’s token is refused', async () => {
  const response = await kit.app.inject({
    method: 'POST',
    url: '/graphql',
    payload: { query: '{ __typename }' },
  });
  expect(response.statusCode).toBe(401);
});

test.each([
  ['eventUpdate', { id: 'user_00000000000000000000000000', input: {} }],
  ['eventPublish', { id: '' }],
  ['eventCancel', { id: '1', input: {} }],
  ['registrationCreate', { input: { eventId: id, attendeeId: id } }],
  ['registrationCancel', { id }],
])('%s refuses an id of another type', async (field, variables) => {
  await expect(kit.mutate(field, variables, somebody())).rejects.toThrow('BAD_USER_INPUT');
});

test.each([
  ['eventUpdate', 'event', { input: {} }],
  ['eventPublish', 'event', {}],
  ['eventCancel', 'event', { input: {} }],
  ['registrationCancel', 'registration', {}],
])('%s knows of nothing where there is nothing', async (field, prefix, variables) => {
  const nothing = { id: `${prefix}_00000000000000000000000000`, ...variables };
  expect(await kit.faults(field, nothing, somebody())).toEqual(['NOT_FOUND']);
});
