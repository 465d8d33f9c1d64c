import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, exportJWK, exportSPKI, importJWK, type JWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Person, signUp } from '../../kit/client.ts';
import { ask, codesOf } from '../kit/send.ts';
import { expectServing, expectSound } from '../kit/sound.ts';
import { readInternalKey } from '../kit/system.ts';
import {
  keyOf,
  makeToken,
  type Part,
  readSigningKeys,
  readToken,
  unsigned,
  withKey,
  withSecret,
} from '../kit/tokens.ts';

let victim: Person;
let header: Part;
let claims: Part;
let own: { kid: string; key: ReturnType<typeof keyOf>; publicJwk: JWK };
const mallory = generateKeyPairSync('ed25519');

beforeAll(async () => {
  victim = await signUp('Victim');
  ({ header, claims } = readToken(victim.token!));
  const key = (await readSigningKeys()).find(({ kid }) => kid === header.kid)!;
  own = { kid: key.kid, key: keyOf(key.privateKey), publicJwk: key.publicKey };
});

/** What nobody gets with a token that is worth nothing: not even what a caller without one gets. */
async function expectRefused(token: string): Promise<void> {
  const reply = expectSound(await ask('{ viewer { user { id email } } }', { token }));
  expect(reply.status).toBe(401);
  expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
  expect(reply.body.data).toBeFalsy();
  expect(reply.headers['www-authenticate']).toContain('Bearer');
}

test('the token that attacks start from is good, and so is one that the test signs with the real key', async () => {
  const resigned = makeToken(header, claims, withKey(own.key));
  for (const token of [victim.token!, resigned]) {
    const { body } = await ask('{ viewer { user { id } } }', { token });
    expect(body.data.viewer.user.id).toBe(victim.id);
  }
});

describe('without a signature', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', 'none ', '', null, undefined, 0, ['EdDSA'], { alg: 'EdDSA' }])(
    'alg: %j',
    async (alg) => {
      await expectRefused(makeToken({ ...header, alg }, claims, unsigned));
      // With the signature of the good token beside it, and with any at all.
      await expectRefused(makeToken({ ...header, alg }, claims, () => readToken(victim.token!).signature));
      await expectRefused(makeToken({ ...header, alg }, claims, () => 'AAAA'));
    },
  );

  test('the right algorithm, and nothing or nonsense for a signature', async () => {
    for (const signature of ['', 'A', '====', '%00', 'A'.repeat(86), '\u00e9'])
      await expectRefused(makeToken(header, claims, () => encodeURI(signature)));
  });
});

describe('signed with what is public', () => {
  test.each(['HS256', 'HS512', 'HS384'])(
    '%s with the public key as the secret, in every form',
    async (alg) => {
      const publicKey = await importJWK(own.publicJwk, 'EdDSA', { extractable: true });
      const pem = await exportSPKI(publicKey as CryptoKey);
      const secrets = [
        pem,
        pem.trim(),
        pem.replaceAll('\n', '\r\n'),
        Buffer.from(pem.replace(/-----.*-----/g, '').replaceAll('\n', ''), 'base64'),
        Buffer.from(own.publicJwk.x!, 'base64url'),
        own.publicJwk.x!,
        JSON.stringify(own.publicJwk),
        own.kid,
        '',
      ];
      for (const secret of secrets) {
        const signer = withSecret(secret, alg === 'HS512' ? 'sha512' : 'sha256');
        await expectRefused(makeToken({ ...header, alg }, claims, signer));
        // The header still says EdDSA: what a verifier that takes the key for a secret would check.
        await expectRefused(makeToken(header, claims, signer));
      }
    },
  );
});

describe('signed with a key of the stranger’s own', () => {
  const signer = withKey(mallory.privateKey);
  let jwk: JWK;
  beforeAll(async () => {
    jwk = { ...(await exportJWK(mallory.publicKey)), alg: 'EdDSA', use: 'sig' };
    jwk.kid = await calculateJwkThumbprint(jwk);
  });

  test('under the name of the real key', () => expectRefused(makeToken(header, claims, signer)));

  test('that the header brings along (jwk)', async () => {
    await expectRefused(makeToken({ ...header, jwk }, claims, signer));
    await expectRefused(makeToken({ ...header, jwk, kid: jwk.kid }, claims, signer));
    await expectRefused(makeToken({ alg: 'EdDSA', typ: 'JWT', jwk }, claims, signer));
  });

  test('that the header says where to fetch (jku, x5u), which nobody fetches', async () => {
    const visits: string[] = [];
    const server = createServer((request, response) => {
      visits.push(request.url!);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const kid of [jwk.kid, own.kid, `${at}/kid`]) {
        await expectRefused(
          makeToken(
            { ...header, kid, jku: `${at}/jwks.json`, x5u: `${at}/x5u`, x5c: ['MIIB'], x5t: 'AAAA' },
            claims,
            signer,
          ),
        );
      }
      expect(visits).toEqual([]);
    } finally {
      server.close();
    }
  });

  test.each([
    '../../../../../../dev/null',
    '/dev/null',
    '/proc/self/environ',
    '..\\..\\windows\\win.ini',
    "' UNION SELECT 'AAAA' -- ",
    "' OR '1'='1",
    '| sleep 5',
    'a\0b',
    '__proto__',
    'constructor',
    'x'.repeat(5_000),
    '',
    null,
    0,
    ['a'],
    {},
  ])('whose name (kid) is %j', async (kid) => {
    await expectRefused(makeToken({ ...header, kid }, claims, signer));
    // An empty file or an empty row is an empty secret.
    await expectRefused(makeToken({ ...header, kid, alg: 'HS256' }, claims, withSecret('')));
    await expectRefused(makeToken({ ...header, kid, alg: 'HS256' }, claims, withSecret(Buffer.alloc(1))));
  });

  test('of other kinds: RS256 and ES256 under the real key’s name', async () => {
    const secret = createSecretKey(Buffer.alloc(64)).export();
    for (const alg of ['RS256', 'ES256', 'PS256', 'ES512', 'Ed25519', 'EdDSA '])
      await expectRefused(makeToken({ ...header, alg }, claims, () => secret.toString('base64url')));
  });

  test('of the gateway itself: its internal key signs nobody’s access tokens', async () => {
    const internal = readInternalKey();
    const key = withKey(keyOf(internal));
    await expectRefused(makeToken(header, claims, key));
    await expectRefused(makeToken({ ...header, kid: internal.kid }, claims, key));
  });
});

test('an unknown critical header, or an unencoded payload, is refused however well it is signed', async () => {
  const signer = withKey(own.key);
  await expectRefused(makeToken({ ...header, crit: ['kronos'], kronos: true }, claims, signer));
  await expectRefused(makeToken({ ...header, crit: ['b64'], b64: false }, claims, signer));
  await expectRefused(makeToken({ ...header, crit: [] }, claims, signer));
});

test('hundreds of unknown keys are refused from memory, and others are served meanwhile', async () => {
  const signer = withKey(mallory.privateKey);
  const kids = Array.from({ length: 300 }, (_, index) => `unknown-${index}`);
  await Promise.all([
    ...kids.map((kid) => expectRefused(makeToken({ ...header, kid }, claims, signer))),
    expectServing(),
  ]);
});
