import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Client, logIn, type Person, signUp } from '../../kit/client.ts';
import { ask, codesOf, type Reply } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';
import { keyOf, makeToken, type Part, readSigningKeys, readToken, withKey } from '../kit/tokens.ts';

let victim: Person;
let administrator: Client;
let header: Part;
let claims: Part;
let signer: ReturnType<typeof withKey>;
const now = () => Math.floor(Date.now() / 1_000);

beforeAll(async () => {
  [victim, administrator] = await Promise.all([signUp('Victim'), logIn(inject('kronosAdministrator'))]);
  ({ header, claims } = readToken(victim.token!));
  const key = (await readSigningKeys()).find(({ kid }) => kid === header.kid)!;
  signer = withKey(keyOf(key.privateKey));
});

const viewer = '{ viewer { user { id email } scopes } }';
const ofVictim = (changes: Part) =>
  ask(viewer, { token: makeToken(header, { ...claims, ...changes }, signer) });

function expectRefused(reply: Reply): void {
  expectSound(reply);
  expect(reply.status).toBe(401);
  expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
  expect(reply.body.data).toBeFalsy();
}

describe('signed by the real key, and worth nothing all the same', () => {
  test.each<[string, () => Part]>([
    ['expired a minute ago', () => ({ exp: now() - 60 })],
    ['expired a second ago', () => ({ exp: now() - 1 })],
    ['expired in 1970', () => ({ exp: 0 })],
    ['expired before the beginning of time', () => ({ exp: -1 })],
    ['without an end', () => ({ exp: undefined })],
    ['with an end that is no number', () => ({ exp: 'never' })],
    ['with an end that is too large for JSON', () => ({ exp: null })],
    ['not good before tomorrow', () => ({ nbf: now() + 86_400 })],
    ['not good before a time that is none', () => ({ nbf: 'now' })],
    ['for another audience', () => ({ aud: 'kronos-subgraph' })],
    ['for an audience that begins alike', () => ({ aud: 'kronos2' })],
    ['for several others', () => ({ aud: ['a', 'b'] })],
    ['for nobody', () => ({ aud: undefined })],
    ['for an empty list', () => ({ aud: [] })],
    ['of another issuer', () => ({ iss: 'https://evil.example' })],
    ['of the gateway', () => ({ iss: 'kronos-gateway' })],
    ['of an issuer in other letters', () => ({ iss: 'Kronos' })],
    ['of nobody', () => ({ iss: undefined })],
    ['about nobody', () => ({ sub: undefined })],
  ])('%s', async (_name, changes) => expectRefused(await ofVictim(changes())));

  test.each(['[]', 'null', '"sub"', '42', '{', '{}', '', '\u0000', '{"sub":"a","sub":"b"}'])(
    'claims that are %j',
    async (text) => expectRefused(await ask(viewer, { token: makeToken(header, text, signer) })),
  );
});

// Only our own key could sign these: what must hold is that no process falls over them, or takes them for somebody else.
test.each<[string, Part]>([
  ['a subject that is no id of a user', { sub: 'admin' }],
  ['an empty subject', { sub: '' }],
  ['a subject that is an object', { sub: { id: 'user_1' } }],
  ['a subject of another kind', { sub: `session_${'0'.repeat(26)}` }],
  ['a session that is no id', { sid: '../../etc/passwd' }],
  ['rights that are no text', { scope: { auth: 'admin' } }],
  ['roles that are no list', { roles: 'admin' }],
  ['roles that are a thousand', { roles: Array.from({ length: 200 }, (_, index) => `role-${index}`) }],
  ['an end far away', { exp: 2 ** 40 }],
])('%s harms nobody', async (_name, changes) => {
  const reply = await ofVictim(changes);
  expect(reply.text).not.toContain('INTERNAL_SERVER_ERROR');
  expectSound(reply);
  if (changes.sub !== undefined) expect(reply.body.data?.viewer?.user?.email).toBeFalsy();
});

test('a claim that is changed without the key makes the whole token worthless', async () => {
  const { signature } = readToken(victim.token!);
  const adminClaims = readToken(administrator.token!).claims;
  const changes: Part[] = [
    { scope: adminClaims.scope, roles: ['admin'] },
    { sub: adminClaims.sub },
    { exp: now() + 86_400 },
    { sid: adminClaims.sid, sub: adminClaims.sub },
    { jti: randomUUID() },
  ];
  for (const change of changes) {
    const token = makeToken(header, { ...claims, ...change }, () => signature);
    expectRefused(await ask(viewer, { token }));
  }
});

test('one bit of a good token, anywhere, makes it worthless', async () => {
  const token = victim.token!;
  // Not the last: of its bits some are padding, which a strict reader refuses and a lenient one ignores.
  const places = Array.from({ length: 40 }, (_, index) => Math.floor((index * (token.length - 2)) / 40));
  await Promise.all(
    places
      .filter((place) => token[place] !== '.')
      .map(async (place) => {
        const other = token[place] === 'A' ? 'B' : 'A';
        const spoilt = token.slice(0, place) + other + token.slice(place + 1);
        expectRefused(await ask(viewer, { token: spoilt }));
      }),
  );
});

test('parts of two good tokens make no third', async () => {
  const [a, b] = [victim.token!.split('.'), administrator.token!.split('.')] as [string[], string[]];
  for (const parts of [
    [a[0], b[1], a[2]],
    [a[0], b[1], b[2]!.slice(0, -1)],
    [b[0], a[1], b[2]],
    [a[0], a[1], b[2]],
  ])
    expectRefused(await ask(viewer, { token: parts.join('.') }));
});
