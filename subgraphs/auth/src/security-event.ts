import type { SecurityEvent as SecurityEventRow } from '@kronos/prisma-auth';
import {
  connection,
  decodeId,
  encodeId,
  forbidden,
  notFound,
  subscription,
  tryDecodeId,
} from '@kronos/subgraph';
import type {
  QuerySecurityEventArgs,
  QuerySecurityEventsArgs,
  Resolvers,
  SubscriptionSecurityEventRaisedArgs,
  UserSecurityEventsArgs,
} from './__generated__/types.ts';
import type { Context } from './context.ts';
import { session } from './session.ts';
import { isSelfOr } from './viewer.rules.ts';

/** An event of the trail for those who may see it; null for all others, as if there were none. */
export async function securityEvent(
  _parent: unknown,
  { id }: QuerySecurityEventArgs,
  { viewer, securityEvents }: Context,
): Promise<SecurityEventRow | null> {
  const eventId = tryDecodeId('security_event', id);
  const row = eventId ? await securityEvents.load(eventId) : null;
  if (!row || !viewer) return null;
  return row.userId === viewer.userId || viewer.scopes.has('auth:admin') ? row : null;
}

/** The trail: the caller's own or, by `auth:admin`, somebody else's or everybody's. */
export function securityEvents(_parent: unknown, args: QuerySecurityEventsArgs, context: Context) {
  const whose = watched(args, context);
  return trail({ ...(whose && { userId: whose }) }, args, context);
}

/** One page of the trail, newest first. */
export function trail(
  where: { userId?: string },
  args: Partial<UserSecurityEventsArgs>,
  { database }: Context,
) {
  const { kinds, from, to } = args.filter ?? {};
  return connection({
    delegate: database.securityEvent,
    args,
    where: {
      ...where,
      ...(kinds && { kind: { in: kinds } }),
      ...((from || to) && { occurredAt: { ...(from && { gte: from }), ...(to && { lt: to }) } }),
    },
    orderBy: [{ field: 'occurredAt', direction: 'DESC' }],
  });
}

export const securityEventRaised = subscription(
  {
    domain: 'auth',
    names: ['securityEventRaised'],
    key: watched,
    authorize(args: SubscriptionSecurityEventRaisedArgs, context: Context) {
      watched(args, context);
    },
    visible: ({ payload: { kind } }, { kinds }: SubscriptionSecurityEventRaisedArgs) =>
      !kinds || kinds.some((wanted) => wanted === kind),
    async resolve({ payload }, _args, { securityEvents: rows }) {
      const raised = await rows.load(payload.securityEventId);
      // Someone resumes with a cursor that is older than what is kept.
      if (!raised) throw notFound('The security event has been deleted since.');
      return { securityEvent: raised };
    },
  },
  ({ log }) => log,
);

/**
 * Whose events are asked for.
 *
 * @returns undefined for everybody's
 * @throws FORBIDDEN for others' events without `auth:admin`
 */
function watched(
  { userId, everyone }: { userId?: string | null; everyone?: boolean | null },
  { viewer }: Context,
): string | undefined {
  if (everyone && !viewer?.scopes.has('auth:admin')) throw forbidden();
  if (everyone) return undefined;
  const whose = userId ? decodeId('user', userId) : viewer?.userId;
  if (!whose || !isSelfOr(viewer, whose, 'auth:admin')) throw forbidden();
  return whose;
}

export const SecurityEvent: Resolvers['SecurityEvent'] = {
  __resolveReference: ({ id }, context) => securityEvent(null, { id }, context),
  id: ({ id }) => encodeId('security_event', id),
  user: ({ userId }) => (userId ? { id: userId } : null),
  actor: ({ actorId }) => (actorId ? { id: actorId } : null),
  session: ({ sessionId }, _args, context) =>
    sessionId ? session(null, { id: encodeId('session', sessionId) }, context) : null,
  ipAddress: (row, _args, context) => (isOriginFor(row, context) ? row.ipAddress : null),
  userAgent: (row, _args, context) => (isOriginFor(row, context) ? row.userAgent : null),
};

/** Where an administrator sits is not for those whom they have helped. */
function isOriginFor({ actorId }: SecurityEventRow, { viewer }: Context): boolean {
  return actorId === null || isSelfOr(viewer, actorId, 'auth:admin');
}
