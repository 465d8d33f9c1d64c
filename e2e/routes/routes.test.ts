import { randomUUID } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, type Json, logIn } from '../kit/client.ts';
import { rest, restRequestId } from '../kit/rest.ts';

/** The REST endpoints that the project was asked for, called as any client of REST would. */
const email = `rest-${randomUUID()}@example.com`;
const password = 'correct horse battery staple';

const error = (code: string) => ({
  error: {
    code,
    message: expect.any(String),
    details: expect.any(Object),
    timestamp: expect.any(String),
    request_id: restRequestId,
  },
});
const inAMonth = () => new Date(Date.now() + 30 * 86_400_000).toISOString();

let administrator: Client;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
});

test('signing up, logging in, creating an event, listing and reading it', async () => {
  const signedUp = await rest('POST', '/signup', { email, password, displayName: 'Rest' });
  expect(signedUp).toMatchObject({
    status: 201,
    body: {
      user: { id: expect.stringMatching(/^user_/), email },
      tokens: { accessToken: expect.any(String) },
    },
  });
  expect(signedUp.body).not.toHaveProperty('userErrors');
  expect(await rest('POST', '/signup', { email, password, displayName: 'Rest' })).toMatchObject({
    status: 409,
    body: error('EMAIL_TAKEN'),
  });
  expect(await rest('POST', '/signup', { email, password })).toMatchObject({
    status: 400,
    body: { error: { code: 'BAD_USER_INPUT', message: expect.stringContaining('displayName') } },
  });

  expect(await rest('POST', '/login', { email, password: 'not the password' })).toMatchObject({
    status: 401,
    body: error('INVALID_CREDENTIALS'),
  });
  const loggedIn = await rest('POST', '/login', { email, password });
  expect(loggedIn.status).toBe(200);
  const { accessToken, refreshToken } = loggedIn.body;
  expect(refreshToken).toEqual(expect.any(String));

  const title = `Rest ${randomUUID()}`;
  expect(await rest('POST', '/events', { title, startsAt: inAMonth() })).toMatchObject({
    status: 401,
    body: error('UNAUTHENTICATED'),
  });
  const created = await rest('POST', '/events', { title, startsAt: inAMonth(), capacity: 2 }, accessToken);
  expect(created).toMatchObject({ status: 201, body: { title, status: 'PUBLISHED', remaining: 2 } });
  const refused = await rest('POST', '/events', { title: '', startsAt: inAMonth() }, accessToken);
  expect(refused.status).toBe(400);
  expect(refused.body.error.details.field).toContain('title');
  expect(await rest('POST', '/events', { title, startsAt: 'tomorrow' }, accessToken)).toMatchObject({
    status: 400,
    body: error('BAD_USER_INPUT'),
  });

  const list = await rest('GET', `/events?first=5&query=${encodeURIComponent(title)}`);
  expect(list).toMatchObject({
    status: 200,
    body: { nodes: [{ id: created.body.id, organizer: { displayName: 'Rest' } }], totalCount: 1 },
  });
  expect(await rest('GET', '/events?first=many')).toMatchObject({
    status: 400,
    body: error('BAD_USER_INPUT'),
  });
  expect(await rest('GET', `/events/${created.body.id}`)).toMatchObject({ status: 200, body: { title } });
  const none = created.body.id.replace(/.{4}$/, '0000');
  expect(await rest('GET', `/events/${none}`)).toMatchObject({ status: 404, body: error('NOT_FOUND') });
  const patched = await rest('PATCH', `/events/${none}`, {});
  expect([patched.status, patched.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('routes are made, changed and taken away while everything runs, each within a second', async () => {
  const path = `/api/v1/${randomUUID()}`;
  const document = `query R${randomUUID().replaceAll('-', '')} { events(first: 1) { totalCount } }`;
  const { persistedOperationPublish } = await administrator.data(
    `mutation Publish($input: PersistedOperationPublishInput!) {
      persistedOperationPublish(input: $input) { persistedOperation { id } userErrors { code message field } }
    }`,
    { input: { document } },
  );
  expect(persistedOperationPublish.userErrors).toEqual([]);
  const { routeCreate } = await administrator.data(
    `mutation Make($input: RouteCreateInput!) {
      routeCreate(input: $input) { route { id legacyPath } userErrors { code message field } }
    }`,
    {
      input: {
        legacyMethod: 'GET',
        legacyPath: path,
        operationId: persistedOperationPublish.persistedOperation.id,
        description: 'How many events there are.',
        resultPath: 'events',
      },
    },
  );
  expect(routeCreate.userErrors).toEqual([]);
  await withinASecond(async () => expect((await rest('GET', path)).status).toBe(200));
  expect((await rest('GET', path)).body).toEqual({ totalCount: expect.any(Number) });

  const { id } = routeCreate.route;
  const update = (input: Json) =>
    administrator.data(
      `mutation Change($id: ID!, $input: RouteUpdateInput!) {
        routeUpdate(id: $id, input: $input) { userErrors { code message } }
      }`,
      { id, input },
    );
  await update({ requiredScopes: ['nobody:has'] });
  await withinASecond(async () => expect((await rest('GET', path)).status).toBe(401));
  const described = await rest('GET', '/openapi.json');
  expect(described.body.paths[path].get).toMatchObject({
    description: 'How many events there are.',
    security: expect.arrayContaining([{ accessToken: ['nobody:has'] }]),
  });
  await administrator.data('mutation Off($id: ID!) { routeDisable(id: $id) { userErrors { code } } }', {
    id,
  });
  await withinASecond(async () => expect((await rest('GET', path)).status).toBe(404));
});

test('/openapi.json describes every route of the installation', async () => {
  const { body } = await rest('GET', '/openapi.json');
  const { valid, errors } = await new Validator().validate(structuredClone(body));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(body.paths['/signup'].post.responses).toHaveProperty('201');
  expect(body.paths['/login'].post.requestBody.content['application/json'].schema.required).toEqual([
    'email',
    'password',
  ]);
  expect(body.paths['/events'].get.parameters.map(({ name }: Json) => name)).toEqual([
    'first',
    'after',
    'query',
  ]);
  expect(
    body.paths['/events'].post.responses['201'].content['application/json'].schema.properties,
  ).toHaveProperty('title');
  expect(body.paths['/events/{id}'].get.parameters).toMatchObject([
    { name: 'id', in: 'path', required: true },
  ]);
});

/** Tries again until the assertion holds, for a second at most. */
async function withinASecond(assertion: () => Promise<void>): Promise<void> {
  await expect
    .poll(async () => assertion().then(() => 'holds', String), { timeout: 1_000, interval: 20 })
    .toBe('holds');
}
