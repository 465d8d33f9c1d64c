import { connection, encodeId, subscription, tryDecodeId } from '@kronos/subgraph';
import type { Resolvers } from './__generated__/types.ts';
import { usableApiTokens } from './api-token.ts';
import { authorizationsOf } from './authorization.ts';
import type { Context } from './context.ts';
import { impersonationsWhere } from './impersonation.ts';
import type { UserMapper } from './mappers.ts';
import { trail } from './security-event.ts';
import { isSelfOr } from './viewer.rules.ts';

export const userCreated = subscription(
  {
    domain: 'auth',
    names: ['userCreated'],
    resolve: ({ payload }) => ({ user: { id: payload.userId } }),
  },
  ({ log }: Context) => log,
);

export const User: Resolvers['User'] = {
  __resolveReference({ id }) {
    const userId = tryDecodeId('user', id);
    return userId ? { id: userId } : null;
  },
  id: ({ id }) => encodeId('user', id),
  async email(user, _args, context) {
    if (!maySee(user, context, 'users:read')) return null;
    return (await context.accounts.load(user.id))?.email ?? null;
  },
  mfaFactors(user, _args, context) {
    return maySee(user, context, 'auth:admin') ? context.factorsOf.load(user.id) : null;
  },
  linkedIdentities(user, _args, context) {
    return maySee(user, context, 'auth:admin') ? context.identitiesOf.load(user.id) : null;
  },
  async recoveryCodesLeft(user, _args, context) {
    if (!maySee(user, context, 'auth:admin')) return null;
    return (await context.recoveryCodesOf.load(user.id)).length;
  },
  async emailVerified(user, _args, context) {
    if (!maySee(user, context, 'users:read')) return null;
    const account = await context.accounts.load(user.id);
    return account && account.emailVerifiedAt !== null;
  },
  sessions(user, args, context) {
    if (!maySee(user, context, 'auth:admin')) return null;
    return connection({
      delegate: context.database.session,
      args,
      where: { accountId: user.id, revokedAt: null, expiresAt: { gt: new Date() } },
      orderBy: [{ field: 'createdAt', direction: 'DESC' }],
    });
  },
  apiTokens(user, args, context) {
    return maySee(user, context, 'auth:admin') ? usableApiTokens(user.id, args, context) : null;
  },
  impersonations(user, args, context) {
    return maySee(user, context, 'auth:admin')
      ? impersonationsWhere({ userId: user.id }, args, context)
      : null;
  },
  authorizations(user, args, context) {
    return maySee(user, context, 'auth:admin') ? authorizationsOf(user.id, args, context) : null;
  },
  securityEvents(user, args, context) {
    if (!maySee(user, context, 'auth:admin')) return null;
    return trail({ userId: user.id }, args, context);
  },
};

function maySee(user: UserMapper, { viewer, service }: Context, scope: string): boolean {
  if (service) return service.scopes.has(scope);
  return user.isCaller === true || isSelfOr(viewer, user.id, scope);
}
