import { UserFault } from '@kronos/subgraph';
import type { UserErrorCode } from './__generated__/types.ts';

/** A fault in this domain's codes. */
export function fault(
  code: UserErrorCode,
  message: string,
  field?: string[],
  details?: Record<string, unknown>,
): UserFault {
  return new UserFault({ code, message, field, details });
}

/** @param field the argument that names a person whom there is not */
export const noSuchUser = (field: string[]) => fault('NOT_FOUND', 'There is nobody of this id.', field);

/** @param field the argument that names a role which there is not */
export const noSuchRole = (field: string[]) => fault('NOT_FOUND', 'There is no role of this name.', field);

/** @param field the argument that names a group which there is not */
export const noSuchGroup = (field: string[]) => fault('NOT_FOUND', 'There is no group of this id.', field);

/**
 * Nobody gives rights that they do not have themselves.
 *
 * @param field the argument that would give them
 * @param scopes those that the caller lacks
 */
export const beyondCaller = (field: string[], scopes: string[]) =>
  fault('FORBIDDEN', `You cannot give what you may not do yourself: ${scopes.join(', ')}.`, field, {
    scopes,
  });

/** Nothing can be changed any more about someone who is erased. */
export const isErased = () => fault('CONFLICT', 'The account is erased.', ['id']);
