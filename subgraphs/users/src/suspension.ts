import type { Suspension as SuspensionRow } from '@kronos/prisma-users';
import type { SuspensionResolvers, UserResolvers } from './__generated__/types.ts';

/** Why an account is closed, for those who may read what no profile shows; null while it is not. */
export const suspension: UserResolvers['suspension'] = (person, _args, { viewer, db }) => {
  if (person.status !== 'SUSPENDED' || !viewer?.scopes.has('users:read')) return null;
  return db.suspension.findFirst({
    where: { userId: person.id, reinstatedAt: null },
    orderBy: { suspendedAt: 'desc' },
  });
};

export const Suspension: SuspensionResolvers = {
  since: ({ suspendedAt }: SuspensionRow) => suspendedAt,
  by: ({ suspendedBy }, _args, { findUser }) => (suspendedBy ? findUser(suspendedBy) : null),
};
