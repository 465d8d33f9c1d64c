import {
  encodeId,
  mutation,
  newId,
  requireRecentLogin,
  tryDecodeId,
  UserFault,
  userFaults,
  validInput,
} from '@kronos/subgraph';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { MutationServiceTokenIssueArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { assertMayGive } from './oauth-client.input.ts';
import { graphScopesAmong } from './oauth-client.rules.ts';
import { accessTokenSeconds } from './provider/provider.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

const shape = z.object({
  clientId: z.string(),
  scopes: z.string().array().max(50, 'At most 50.').nullish(),
});

/** Makes the access token that a service's own client credentials would get it. */
export const serviceTokenIssue = mutation(
  async (_parent: unknown, args: MutationServiceTokenIssueArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const input = validInput(shape, args.input);
    const id = tryDecodeId('oauth_client', input.clientId);
    const client = id ? await context.oauthClients.load(id) : null;
    if (!client?.grantTypes.includes('client_credentials'))
      return fault('NOT_FOUND', 'clientId', 'There is no such service.');
    const given = graphScopesAmong(client.scopes);
    const scopes = input.scopes ?? given;
    if (scopes.some((scope) => !given.includes(scope)))
      return fault('INVALID', 'scopes', 'The service was not given all of these.');
    assertMayGive(scopes, context);

    const subject = encodeId('oauth_client', client.id);
    const details = { client: subject, scopes };
    await context.database.$transaction((transaction) =>
      raiseSecurityEvent(transaction, { kind: 'API_TOKEN_CREATED', userId: null, by: context, details }),
    );
    const expiresAt = new Date((Math.floor(Date.now() / 1000) + accessTokenSeconds) * 1000);
    const signer = await context.signingKeys.signer();
    const accessToken = await new SignJWT({ client_id: subject, scope: scopes.join(' '), roles: ['service'] })
      .setProtectedHeader({ alg: signer.algorithm, kid: signer.kid, typ: 'at+jwt' })
      .setIssuer(context.oauth.publicUrl)
      .setAudience(context.oauth.audience)
      .setSubject(subject)
      .setJti(newId())
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(signer.privateKey);
    return { tokens: { accessToken, expiresAt } };
  },
);

function fault(code: string, field: string, message: string): never {
  return userFaults(new UserFault({ code, message, field: ['input', field] }));
}
