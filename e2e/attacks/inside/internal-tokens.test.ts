import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type Person, signUp } from '../../kit/client.ts';
import { ask, codesOf, send } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';
import { readInternalKey, readRunFile } from '../kit/system.ts';
import { keyOf, makeToken, type Part, unsigned, withKey, withSecret } from '../kit/tokens.ts';

const { subgraphPorts } = readRunFile();
const subgraphs = Object.entries(subgraphPorts);
const internal = readInternalKey();
const header: Part = { alg: 'EdDSA', kid: internal.kid };
const now = Math.floor(Date.now() / 1_000);
const gatewaySigns = withKey(keyOf(internal));
const strangerSigns = withKey(generateKeyPairSync('ed25519').privateKey);

let ada: Person;
let claims: Part;
beforeAll(async () => {
  ada = await signUp('Ada');
  claims = {
    iss: 'kronos-gateway',
    aud: 'kronos-subgraph',
    iat: now,
    exp: now + 60,
    sub: ada.id,
    scope: 'auth:admin users:read users:write roles:assign events:moderate',
    roles: ['admin'],
  };
});

const atPort = (port: number, token: string, query = '{ __typename }') =>
  send({
    url: `http://127.0.0.1:${port}/graphql`,
    headers: ['content-type', 'application/json', 'authorization', `Bearer ${token}`],
    body: { query },
  });

async function expectRefusedEverywhere(token: string): Promise<void> {
  for (const [, port] of subgraphs) {
    const reply = expectSound(await atPort(port, token));
    expect(reply.status).toBe(401);
    expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
    expect(reply.body.data).toBeUndefined();
  }
}

test('what the gateway signs is let in: the attacks below differ from it in one thing each', async () => {
  const token = makeToken(header, claims, gatewaySigns);
  for (const [, port] of subgraphs)
    expect((await atPort(port, token)).body).toEqual({ data: { __typename: 'Query' } });
});

test('minted by a stranger', async () => {
  await expectRefusedEverywhere(makeToken(header, claims, strangerSigns));
  await expectRefusedEverywhere(makeToken({ ...header, kid: 'mine' }, claims, strangerSigns));
  await expectRefusedEverywhere(makeToken({ alg: 'EdDSA' }, claims, strangerSigns));
});

test('unsigned, or signed with what is public', async () => {
  for (const alg of ['none', 'None', 'NONE', '']) {
    await expectRefusedEverywhere(makeToken({ ...header, alg }, claims, unsigned));
    await expectRefusedEverywhere(makeToken({ ...header, alg }, claims, () => 'AAAA'));
  }
  for (const secret of [internal.x!, Buffer.from(internal.x!, 'base64url'), internal.kid!, ''])
    await expectRefusedEverywhere(makeToken({ ...header, alg: 'HS256' }, claims, withSecret(secret)));
});

test.each<[string, Part]>([
  ['expired', { exp: now - 30 }],
  ['without an end', { exp: undefined }],
  ['not good yet', { nbf: now + 3_600 }],
  ['for clients', { aud: 'kronos' }],
  ['for nobody', { aud: undefined }],
  ['of the issuer of access tokens', { iss: 'kronos' }],
  ['of nobody', { iss: undefined }],
  ['about somebody who is no user', { sub: 'admin' }],
  ['about an object', { sub: { id: 1 } }],
  ['of a session that is none', { sid: 'nonsense' }],
])('signed by the gateway’s key, but %s', async (_name, changes) => {
  await expectRefusedEverywhere(makeToken(header, { ...claims, ...changes }, gatewaySigns));
});

test('an internal token that leaked is worth nothing at the gateway', async () => {
  const token = makeToken(header, claims, gatewaySigns);
  for (const each of [
    token,
    makeToken(header, { ...claims, iss: 'kronos', aud: 'kronos' }, gatewaySigns),
    makeToken(header, { ...claims, aud: ['kronos', 'kronos-subgraph'] }, gatewaySigns),
  ]) {
    const reply = expectSound(await ask('{ viewer { user { id } } }', { token: each }));
    expect(reply.status).toBe(401);
    expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
  }
});
