import { GraphQLError } from 'graphql';
import type { Account } from './account.ts';

/**
 * What a request is answered with that was refused before it became an operation: with the error, when its sender has
 * points left to be refused from.
 *
 * @returns the error, or the one that says that there are none
 */
export async function chargeRefused(account: Account, error: unknown): Promise<unknown> {
  if (!isFaultOfSender(error)) return error;
  try {
    await account.enter();
    account.close();
    return error;
  } catch (refusal) {
    return refusal;
  }
}

/** Codes of what is not the sender's fault, or was paid for already. */
const notCharged = new Set([
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'GATEWAY_TIMEOUT',
  'INTERNAL_SERVER_ERROR',
]);

function isFaultOfSender(error: unknown): boolean {
  return error instanceof GraphQLError && !notCharged.has(String(error.extensions.code));
}
