import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { soon } from '@kronos/events/testing';
import { createSealer, openMasterKeys } from '@kronos/sealing';
import { testMasterKeys } from '@kronos/sealing/testing';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tendSigningKeys } from './signing-keys.keep.ts';
import { createSigningKeys, signingKeyContext } from './signing-keys.ts';
import { createSubgraph } from './subgraph.ts';
import { type Auth, logIn, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
let folder: string;
let lines: string[];
const settings = () => ({ KRONOS_HOME: folder, KRONOS_MASTER_KEYS_FILE: join(folder, 'master-keys') });

/** Puts a new master key before those that there are, as `kronos keys rotate-master` does. */
function newMasterKey(): string {
  const id = `key-${lines.length}`;
  lines.unshift(`${id}:${randomBytes(32).toString('base64')}`);
  writeKeys();
  return id;
}

function writeKeys(): void {
  writeFileSync(settings().KRONOS_MASTER_KEYS_FILE, `${lines.join('\n')}\n`);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kronos-master-'));
  // What the suite's template has sealed.
  lines = [testMasterKeys];
  newMasterKey();
  auth = await startAuth({ ...settings(), KRONOS_MASTER_KEYS: '' });
});
afterEach(async () => {
  await auth[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const sealer = () => createSealer({ keys: openMasterKeys(settings()) });
const logger = { info: () => undefined, debug: () => undefined } as never;

/** Every row of the table as text: what somebody has who reads the disk. */
async function tableText(): Promise<string> {
  const rows = await auth.database.$queryRaw<{ row: string }[]>`SELECT k::text AS row FROM signing_key k`;
  return rows.map(({ row }) => row).join('\n');
}

test('the table holds no private key in the clear, and the sealed one opens', async () => {
  await signUp(auth);
  const rows = await auth.database.signingKey.findMany({ orderBy: { algorithm: 'asc' } });
  expect(rows.map(({ algorithm }) => algorithm)).toEqual(['EdDSA', 'RS256']);
  for (const row of rows) {
    const opened = sealer().unseal(row.sealedPrivateKey!, signingKeyContext(row.kid));
    const { d } = JSON.parse(Buffer.from(opened).toString());
    expect(d).toMatch(row.algorithm === 'EdDSA' ? /^[\w-]{43}$/ : /^[\w-]{330,342}$/);
    expect(await tableText()).not.toContain(d);
    expect(await tableText()).not.toContain(Buffer.from(d, 'base64url').toString('hex'));
    expect(row.privateKey).toBeNull();
  }
});

test('a key from before is sealed at the start, goes on signing, and is followed by a new one', async () => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const [privateKey, publicKey] = [await exportJWK(pair.privateKey), await exportJWK(pair.publicKey)];
  await auth.database.signingKey.create({
    data: {
      kid: 'old',
      algorithm: 'EdDSA',
      publicKey: { ...publicKey },
      privateKey: { ...privateKey },
      signsFrom: new Date(Date.now() - 60_000),
    },
  });
  await using next = await createTestSubgraph(createSubgraph, auth.environment);
  await soon(async () => expect(await auth.database.signingKey.count()).toBe(4));
  expect(await tableText()).not.toContain(privateKey.d);
  expect(await auth.database.signingKey.count({ where: { sealedPrivateKey: null } })).toBe(0);
  const { accessToken } = await signUp({ ...auth, execute: next.execute });
  const keySet = createLocalJWKSet(JSON.parse((await next.app.inject('/.well-known/jwks.json')).body));
  const { protectedHeader } = await jwtVerify(accessToken, keySet);
  expect(protectedHeader.kid).toBe('old');
});

test('new master keys under load lose nothing, and in the end the newest alone opens everything', async () => {
  await using second = await createTestSubgraph(createSubgraph, auth.environment);
  const people = [await signUp(auth), await signUp({ ...auth, execute: second.execute })];
  let isLoaded = true;
  const load = people.map(async ({ email }) => {
    while (isLoaded) {
      const { data } = await logIn(auth, email);
      expect(data!.sessionCreate.userErrors).toEqual([]);
    }
  });
  const keys = createSigningKeys({ database: auth.database, sealer: sealer() });
  let newest = '';
  for (let round = 0; round < 3; round++) {
    newest = newMasterKey();
    // Each round leaves one key of each kind more: what was announced has taken over.
    await keys.rotate(null);
    await auth.database
      .$executeRaw`UPDATE signing_key SET signs_from = now() - interval '1 minute' * ${3 - round}
      WHERE signs_from > now()`;
  }
  isLoaded = false;
  await Promise.all(load);

  await vi.waitFor(
    async () => {
      const rows = await auth.database.signingKey.findMany();
      expect(rows).toHaveLength(8);
      for (const { sealedPrivateKey } of rows) expect(sealedPrivateKey).toContain(`sealed:v1:${newest}:`);
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(await auth.subgraph.metrics.metrics()).toContain(
    'kronos_sealed_with_older_keys{column="signing_key.sealed_private_key"} 0',
  );
  lines.splice(1);
  writeKeys();
  const alone = sealer();
  for (const { kid, sealedPrivateKey } of await auth.database.signingKey.findMany()) {
    expect(() => alone.unseal(sealedPrivateKey!, signingKeyContext(kid))).not.toThrow();
  }
}, 40_000);

test('a row that does not open is counted and left as it is, and the others are sealed anew', async () => {
  await signUp(auth);
  const { kid, sealedPrivateKey } = await auth.database.signingKey.findFirstOrThrow();
  const foreign = { algorithm: 'EdDSA', publicKey: {}, sealedPrivateKey, signsFrom: new Date(0) };
  await auth.database.signingKey.create({ data: { ...foreign, kid: '0-copied-from-another-row' } });
  const newest = newMasterKey();
  await vi.waitFor(
    async () => {
      const row = await auth.database.signingKey.findUnique({ where: { kid } });
      expect(row!.sealedPrivateKey).toContain(`sealed:v1:${newest}:`);
    },
    { timeout: 20_000, interval: 200 },
  );
  const copied = await auth.database.signingKey.findUnique({ where: { kid: '0-copied-from-another-row' } });
  expect(copied!.sealedPrivateKey).toBe(sealedPrivateKey);
  await soon(async () =>
    expect(await auth.subgraph.metrics.metrics()).toContain(
      'kronos_sealed_with_older_keys{column="signing_key.sealed_private_key"} 1',
    ),
  );
});

test('a key that has signed for long enough is followed by one new key, whoever looks', async () => {
  await signUp(auth);
  const { database } = auth;
  const age = (days: number) =>
    database.signingKey.updateMany({
      data: { signsFrom: new Date(Date.now() - days * 24 * 60 * 60 * 1000) },
    });
  const look = async () => {
    const signingKeys = createSigningKeys({ database, sealer: sealer() });
    await tendSigningKeys({ database, sealer: sealer(), signingKeys, rotationDays: 90, logger });
  };
  await age(89);
  await look();
  expect(await database.signingKey.count()).toBe(2);
  await age(91);
  await Promise.all([look(), look(), look()]);
  await look();
  expect(await database.signingKey.count()).toBe(4);
  const rotated = { where: { kind: 'SIGNING_KEY_ROTATED' } };
  expect(await database.securityEvent.count(rotated)).toBe(2);
});
