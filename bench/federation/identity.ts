import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An issuer of access tokens for the gateways that verify them. */
export interface Identity {
  jwksUrl: string;
  /** `authorization` of the requests. */
  authorization: string;
}

/** Signs an access token, serves the key that verifies it, and writes the key by which a gateway signs its own tokens. */
export async function startIdentity(internalKeyFile: string): Promise<Identity> {
  const access = await generateKeyPair('EdDSA', { extractable: true });
  const internal = await generateKeyPair('EdDSA', { extractable: true });
  const own = { ...(await exportJWK(internal.privateKey)), alg: 'EdDSA', kid: 'internal' };
  await writeFile(internalKeyFile, JSON.stringify(own), { mode: 0o600 });

  const keys = JSON.stringify({
    keys: [{ ...(await exportJWK(access.publicKey)), alg: 'EdDSA', kid: 'access' }],
  });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(keys);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Lives as long as the bench and keeps it from nothing.
  server.unref();
  const token = await new SignJWT({ sid: 'session_01jd3m5yq0e8ktp0a3y7w9gq3j', scope: '', roles: ['user'] })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'access' })
    .setSubject('user_01jd3m5yq0e8ktp0a3y7w9gq3h')
    .setIssuer('kronos')
    .setAudience('kronos')
    .setExpirationTime('6 h')
    .sign(access.privateKey);
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    authorization: `Bearer ${token}`,
  };
}
