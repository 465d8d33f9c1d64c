import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, logIn, type Person, signUp } from '../../kit/client.ts';
import { exchange, rawPost, statusesIn } from '../kit/raw.ts';
import { ask, codesOf, send } from '../kit/send.ts';
import { expectServing, expectSound } from '../kit/sound.ts';
import { url } from '../kit/system.ts';

let ada: Person;
let administrator: Client;
beforeAll(async () => {
  [ada, administrator] = await Promise.all([signUp('Ada'), logIn(inject('kronosAdministrator'))]);
});

const query = '{ viewer { user { id } } }';
const post = (headers: string[]) =>
  send({ headers: ['content-type', 'application/json', ...headers], body: { query } });

test.each([
  'Basic YWRtaW46YWRtaW4=',
  'Digest username="admin"',
  'Bearer',
  'Bearer ',
  'Bearer null',
  'Bearer undefined',
  'Bearer a.b',
  'Bearer a.b.c.d.e',
  'Bearer ....',
  'Token abc',
  'Negotiate oYG0MIGxoAMKAQ==',
  'Bearer {"sub":"user_1"}',
  ',',
])('the authorization header %j is refused, not taken for none', async (authorization) => {
  const reply = expectSound(await post(['authorization', authorization]));
  expect(reply.status).toBe(401);
  expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
});

test('two tokens in one header are none', async () => {
  const reply = await post(['authorization', `Bearer ${ada.token}, Bearer ${administrator.token}`]);
  expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
});

test('a proxy may look at the first of several authorization headers and a server at the last: both are refused', async () => {
  for (const [first, last] of [
    [ada.token, administrator.token],
    [administrator.token, ada.token],
    [ada.token, 'nonsense'],
    ['nonsense', ada.token],
  ]) {
    const text = await exchange(
      url,
      rawPost({ query }, [
        ['authorization', `Bearer ${first}`],
        ['Authorization', `Bearer ${last}`],
        ['connection', 'close'],
      ]),
    );
    expect(statusesIn(text)).toEqual([400]);
    expect(text).toContain('"code":"BAD_REQUEST"');
    expect(text).not.toContain('"data"');
  }
});

test.each([
  'cookie',
  'x-authorization',
  'proxy-authorization',
  'x-access-token',
  'x-forwarded-user',
  'x-user-id',
])('a good token in %s makes nobody known', async (name) => {
  const { body } = expectSound(await post([name, `Bearer ${administrator.token}`]));
  expect(body.data).toEqual({ viewer: null });
});

test('a good token in the query string or in the body makes nobody known', async () => {
  const inBody = await send({
    url: `${url}?access_token=${ada.token}&authorization=Bearer%20${ada.token}`,
    body: { query, authorization: `Bearer ${ada.token}`, extensions: { authorization: ada.token } },
  });
  expect(expectSound(inBody).body.data).toEqual({ viewer: null });
});

test('a token of 15 kB is refused, one of 100 kB is not even read, and neither costs others anything', async () => {
  const large = expectSound(
    await ask(query, { token: `${'a'.repeat(5_000)}.${'b'.repeat(5_000)}.${'c'.repeat(5_000)}` }),
  );
  expect(codesOf(large)).toEqual(['UNAUTHENTICATED']);
  const huge = await exchange(url, rawPost({ query }, [['authorization', `Bearer ${'a.'.repeat(50_000)}`]]));
  expect(statusesIn(huge)).toEqual([431]);
  await expectServing();
});

test('spaces that a header of 15 kB could be made of take no time to be refused', async () => {
  const started = performance.now();
  const reply = await post(['authorization', `Bearer ${' '.repeat(15_000)}!`]);
  expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
  expect(performance.now() - started).toBeLessThan(1_000);
});
