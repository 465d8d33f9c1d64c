import { readFile, rm, stat } from 'node:fs/promises';
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.ts';
import { ensureInternalKeys } from './internal-keys.ts';

test('the public file verifies what the private one signs, and tells nothing of it', async () => {
  await using home = temporaryHome();
  const files = await ensureInternalKeys(home.folder);
  const key = JSON.parse(await readFile(files.privateKeyFile, 'utf8'));
  const jwks = JSON.parse(await readFile(files.jwksFile, 'utf8'));
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
    .setIssuer('kronos-gateway')
    .sign(await importJWK(key));

  await jwtVerify(token, createLocalJWKSet(jwks), { issuer: 'kronos-gateway' });
  expect(jwks.keys[0]).not.toHaveProperty('d');
  expect((await stat(files.privateKeyFile)).mode & 0o777).toBe(0o600);

  await rm(files.jwksFile);
  await ensureInternalKeys(home.folder);
  expect(JSON.parse(await readFile(files.jwksFile, 'utf8'))).toEqual(jwks);
});
