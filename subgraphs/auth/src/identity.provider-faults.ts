import type { Logger } from '@kronos/service';
import { serviceUnavailable, UserFault, userFaults } from '@kronos/subgraph';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';

const retryAfterSeconds = 10;
/** What a provider answers when the person did not want, or was not let (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6). */
const refusals = [
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
];
/** Codes of openid-client and oauth4webapi that say that no proper answer came at all. */
const awayCodes = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
];

/** What became of an exchange with another provider that has failed. */
export type ProviderFault = 'AWAY' | 'DENIED' | 'FAILED';

/** Tells by the error of openid-client what became of an exchange. */
export function providerFaultOf(error: unknown): ProviderFault {
  if (error instanceof AuthorizationResponseError) {
    if (refusals.includes(error.error)) return 'DENIED';
    return isAwayAnswer(error.error) ? 'AWAY' : 'FAILED';
  }
  if (error instanceof ResponseBodyError)
    // An `invalid_client` is our own configuration, which the person can do nothing about.
    return error.status >= 500 || isAwayAnswer(error.error) || error.error === 'invalid_client'
      ? 'AWAY'
      : 'FAILED';
  if (error instanceof ClientError) return awayCodes.includes(error.code ?? '') ? 'AWAY' : 'FAILED';
  // What `fetch` throws when there is no connection.
  return error instanceof TypeError && error.cause !== undefined ? 'AWAY' : 'FAILED';
}

function isAwayAnswer(error: string): boolean {
  return error === 'server_error' || error === 'temporarily_unavailable';
}

/**
 * Ends a mutation whose exchange with another provider has failed. The error itself is neither told nor logged: its cause
 * has tokens and claims in it.
 *
 * @param isBeginning nothing came from the person yet: whatever it is, the provider is not as it should be
 */
export function refuseByProvider(
  error: unknown,
  provider: string,
  logger: Logger,
  isBeginning = false,
): never {
  const fault = isBeginning ? 'AWAY' : providerFaultOf(error);
  if (fault !== 'DENIED')
    logger.warn({ provider, fault, ...shownOf(error) }, 'a log-in by another provider has failed');
  if (fault === 'AWAY') {
    throw serviceUnavailable(
      'The other provider does not answer as it should: begin anew in a moment.',
      retryAfterSeconds,
      { provider },
    );
  }
  const denied = { code: 'SIGN_IN_DENIED', message: 'You, or the other provider, have refused the log-in.' };
  const failed = {
    code: 'SIGN_IN_FAILED',
    message: 'What came back from the other provider does not hold: begin anew.',
  };
  return userFaults(new UserFault(fault === 'DENIED' ? denied : failed));
}

function shownOf(error: unknown) {
  const { name, code, error: answer } = error as { name?: string; code?: string; error?: string };
  return {
    errorName: name,
    errorCode: code,
    answer: typeof answer === 'string' ? answer.slice(0, 100) : undefined,
  };
}
