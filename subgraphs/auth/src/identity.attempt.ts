import { UserFault, userFaults } from '@kronos/subgraph';
import type { Context } from './context.ts';
import { type ForeignIdentity, type SignInSecrets, signInSecrets } from './identity.provider.ts';
import { refuseByProvider } from './identity.provider-faults.ts';
import { hashSecret, newSecretToken } from './secret-token.ts';

const lifeMilliseconds = 10 * 60 * 1000;
const longestCallback = 8192;

/** Where the secrets of an attempt lie, for the seal. */
export function signInContext(hash: string): string {
  return `foreign_sign_in:${hash}`;
}

/**
 * Sends somebody to another provider. Whoever finishes it must show the ticket, which is in no address: the state that comes
 * back is known to whoever sees the address, and so could be somebody else's (RFC 9700, 4.7).
 *
 * @param accountId whose account is to be linked, a UUID; null for who wants to log in
 * @throws UserFaults with NOT_FOUND and INVALID; SERVICE_UNAVAILABLE while the provider is away; RATE_LIMITED
 */
export async function beginAttempt(
  context: Context,
  input: { provider: string; redirectUri: string },
  accountId: string | null,
) {
  const { database, foreignProviders, logger, sealer, throttle } = context;
  await throttle.foreignSignIn(context.clientAddress);
  const { redirectUri } = input;
  const provider = foreignProviders.find(input.provider) ?? unknownProvider();
  if (!foreignProviders.mayReturnTo(provider, redirectUri)) return foreignPage();
  const { authorizationUrl, secrets } = await provider
    .begin(redirectUri)
    .catch((error) => refuseByProvider(error, provider.name, logger, true));
  const ticket = newSecretToken();
  const hash = hashSecret(ticket);
  const expiresAt = new Date(Date.now() + lifeMilliseconds);
  const sealed = sealer.seal(Buffer.from(JSON.stringify(secrets)), signInContext(hash));
  await database.foreignSignIn.create({
    data: { hash, provider: provider.name, accountId, redirectUri, secrets: sealed, expiresAt },
  });
  return { authorizationUrl, ticket, expiresAt };
}

/**
 * Takes what came back from another provider. The ticket is used up before anything is looked at, so that of two who show it
 * one is refused, and nobody tries twice.
 *
 * @param accountId who must have begun it: whose account is to be linked, or null for who wants to log in
 * @throws UserFaults with INVALID_TOKEN, SIGN_IN_DENIED and SIGN_IN_FAILED; SERVICE_UNAVAILABLE; RATE_LIMITED
 */
export async function finishAttempt(
  context: Context,
  input: { ticket: string; callbackUrl: string },
  accountId: string | null,
): Promise<ForeignIdentity> {
  const { database, foreignProviders, logger, throttle } = context;
  await throttle.foreignSignIn(context.clientAddress);
  const now = new Date();
  const hash = hashSecret(input.ticket);
  const [begun] = await database.foreignSignIn.updateManyAndReturn({
    where: { hash, accountId, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  const provider = begun && foreignProviders.find(begun.provider);
  if (!provider) return invalidTicket();
  const query = queryOf(input.callbackUrl, begun.redirectUri);
  return provider
    .finish(begun.redirectUri, query, unsealSecrets(context, begun))
    .catch((error) => refuseByProvider(error, provider.name, logger));
}

function unsealSecrets(
  { sealer }: Context,
  { hash, secrets }: { hash: string; secrets: string },
): SignInSecrets {
  return signInSecrets.parse(JSON.parse(Buffer.from(sealer.unseal(secrets, signInContext(hash))).toString()));
}

/** What the provider has put behind the page, which must be the one that it was to send people back to. */
function queryOf(callbackUrl: string, redirectUri: string): string {
  const url = callbackUrl.length <= longestCallback ? URL.parse(callbackUrl) : null;
  const expected = new URL(redirectUri);
  const isSamePage =
    url?.origin === expected.origin && url.host === expected.host && url.pathname === expected.pathname;
  return isSamePage ? url.search : foreignCallback();
}

function unknownProvider(): never {
  return userFaults(
    new UserFault({
      code: 'NOT_FOUND',
      message: 'There is no provider of this name: see `signInProviders`.',
      field: ['input', 'provider'],
    }),
  );
}

function foreignPage(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID',
      message:
        'Nobody is sent back there: it is a page of another origin, has a query, or is not on the list.',
      field: ['input', 'redirectUri'],
    }),
  );
}

function foreignCallback(): never {
  return userFaults(
    new UserFault({
      code: 'SIGN_IN_FAILED',
      message: 'This is not the page that the other provider was to send you back to.',
      field: ['input', 'callbackUrl'],
    }),
  );
}

function invalidTicket(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID_TOKEN',
      message: 'This was finished before, took too long, or was begun by somebody else: begin anew.',
      field: ['input', 'ticket'],
    }),
  );
}
