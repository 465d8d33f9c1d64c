import { codedError } from '@kronos/engine';
import type { GraphQLError } from 'graphql';
import type { Ending } from './member.ts';

/** The client reads more slowly than events come, and what it has not read is held no more. */
export function tooSlow(): Ending {
  const error = codedError('You read more slowly than events come: come back after your last cursor.', {
    code: 'SUBSCRIPTION_SLOW_CONSUMER',
    retryAfter: 1,
  });
  return { errors: [error], isRetriable: true };
}

/** Something went wrong that is not the client's to know. */
export function broken(): Ending {
  const error = codedError('The stream broke: come back after your last cursor.', {
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: 1,
  });
  return { errors: [error], isRetriable: true };
}

/** What an ending is called in figures and logs. */
export function codeOf({ errors }: Ending): string {
  return errors ? String(errors[0]?.extensions.code ?? 'INTERNAL_SERVER_ERROR') : 'complete';
}

export function isUnauthenticated(errors: readonly GraphQLError[] | undefined): boolean {
  return errors?.[0]?.extensions.code === 'UNAUTHENTICATED';
}
