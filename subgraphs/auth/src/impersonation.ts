import { type ConnectionArguments, connection, encodeId } from '@kronos/subgraph';
import type { QueryImpersonationsArgs, Resolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';

/** All of them, for administrators. */
export function impersonations(_parent: unknown, args: QueryImpersonationsArgs, context: Context) {
  return impersonationsWhere({}, args, context);
}

/** One page of impersonations, newest first. */
export function impersonationsWhere(
  where: { userId?: string },
  args: ConnectionArguments,
  { database }: Context,
) {
  return connection({
    delegate: database.impersonation,
    args,
    where,
    orderBy: [{ field: 'startedAt', direction: 'DESC' }],
  });
}

export const Impersonation: Resolvers['Impersonation'] = {
  id: ({ id }) => encodeId('impersonation', id),
  user: ({ userId }) => ({ id: userId }),
  actor: ({ actorId }) => ({ id: actorId }),
};
