import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as oauth from 'openid-client';
import { inject } from 'vitest';
import { type Client, client, type Json, logIn } from './client.ts';

/** A service of every installation, by its client credentials: in its own name, with the scopes that it has. */
export async function serviceClient(name: string): Promise<Client> {
  const { serviceSecrets } = JSON.parse(readFileSync(join(inject('kronosHome'), 'credentials.json'), 'utf8'));
  const administrator = await logIn(inject('kronosAdministrator'));
  const { oauthClients } = await administrator.data('{ oauthClients(first: 100) { nodes { id name } } }');
  const { id } = oauthClients.nodes.find((known: Json) => known.name === name);
  const origin = new URL(inject('kronosUrl')).origin;
  const secret = oauth.ClientSecretBasic(serviceSecrets[name]);
  const config = await oauth.discovery(new URL(origin), id, undefined, secret, {
    execute: [oauth.allowInsecureRequests],
  });
  return client((await oauth.clientCredentialsGrant(config)).access_token);
}
