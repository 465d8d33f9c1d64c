import { codedError } from '@kronos/engine';
import type { WithheldPlace } from '@kronos/operations';
import type { GraphQLError } from 'graphql';
import type { Viewer } from './caller.ts';

type Lacking = Pick<WithheldPlace, 'requirement'> & Partial<Pick<WithheldPlace, 'path'>>;

/** What callers are told whose session, or whatever they came by instead, has ended. */
export function endedMessage({ apiToken, impersonation }: Viewer): string {
  if (apiToken) return 'The API token has been revoked.';
  if (impersonation) return 'You act under the name of another no more.';
  return 'The session has been ended: log in again.';
}

/** The error for something that a caller may not see. @param viewer who asks; null when nobody is logged in */
export function notAllowed({ requirement, path }: Lacking, viewer: Viewer | null): GraphQLError {
  const { coordinate, rule } = requirement;
  const details = {
    field: coordinate,
    ...(rule.scopes.length > 0 && { requiredScopes: rule.scopes }),
    ...(rule.policies.length > 0 && { requiredPolicies: rule.policies }),
  };
  if (viewer?.isService && rule.isForViewers && rule.scopes.length === 0) {
    return codedError(`${coordinate} is for people: a service has no account.`, {
      code: 'FORBIDDEN',
      details: { ...details, requires: 'PERSON' },
      path,
    });
  }
  return viewer
    ? codedError(`You may not see ${coordinate}.`, { code: 'FORBIDDEN', details, path })
    : codedError(`${coordinate} is only for those who are logged in.`, {
        code: 'UNAUTHENTICATED',
        details,
        path,
      });
}

/** The error for an operation that is refused as a whole. */
export function refusal(place: WithheldPlace, viewer: Viewer | null): GraphQLError {
  const error = notAllowed({ requirement: place.requirement }, viewer);
  error.extensions.http = { status: viewer ? 403 : 401 };
  return error;
}
