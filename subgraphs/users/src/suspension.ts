import type { Suspension as SuspensionRow } from '@kronos/prisma-users';
import type { SuspensionResolvers, UserResolvers } from './__generated__/types.ts';

/** Why an account is closed, for those who may read what no profile shows; null while it is not. */
export const suspension: UserResolvers['suspension'] = async (person, _args, { viewer, loaders }) => {
  if (person.status !== 'SUSPENDED' || !viewer?.scopes.has('users:read')) return null;
  return (await loaders.suspensionsOf.load(person.id))[0] ?? null;
};

export const Suspension: SuspensionResolvers = {
  since: ({ suspendedAt }: SuspensionRow) => suspendedAt,
  by: ({ suspendedBy }, _args, { findUser }) => (suspendedBy ? findUser(suspendedBy) : null),
};
