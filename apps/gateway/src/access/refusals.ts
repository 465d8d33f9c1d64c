import { codedError } from '@kronos/engine';
import type { WithheldPlace } from '@kronos/operations';
import type { GraphQLError } from 'graphql';

type Lacking = Pick<WithheldPlace, 'requirement'> & Partial<Pick<WithheldPlace, 'path'>>;

/** The error for something that a caller may not see. @param isKnown whether anybody is logged in */
export function notAllowed({ requirement, path }: Lacking, isKnown: boolean): GraphQLError {
  const { coordinate, rule } = requirement;
  const details = {
    field: coordinate,
    ...(rule.scopes.length > 0 && { requiredScopes: rule.scopes }),
    ...(rule.policies.length > 0 && { requiredPolicies: rule.policies }),
  };
  return isKnown
    ? codedError(`You may not see ${coordinate}.`, { code: 'FORBIDDEN', details, path })
    : codedError(`${coordinate} is only for those who are logged in.`, {
        code: 'UNAUTHENTICATED',
        details,
        path,
      });
}

/** The error for an operation that is refused as a whole. */
export function refusal(place: WithheldPlace, isKnown: boolean): GraphQLError {
  const error = notAllowed({ requirement: place.requirement }, isKnown);
  error.extensions.http = { status: isKnown ? 403 : 401 };
  return error;
}
