import { decodeId, encodeId, notFound, subscription, tryDecodeId } from '@kronos/subgraph';
import type {
  ErasureRequestResolvers,
  QueryResolvers,
  SubscriptionErasureRequestUpdatedArgs,
} from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { isSelfOr } from '../self-or-scope.ts';

/**
 * A request for erasure, for whoever knows its id: who has had themselves erased cannot log in any more, and its id, which
 * nobody can guess, is what they are left with. It names the person to nobody who may not know.
 */
export const erasureRequest: QueryResolvers['erasureRequest'] = (_parent, { id }, { db }) =>
  db.erasureRequest.findUnique({ where: { id: decodeId('erasure_request', id) } });

export const ErasureRequest: ErasureRequestResolvers = {
  __resolveReference({ id }, { db }) {
    const requestId = tryDecodeId('erasure_request', id);
    return requestId ? db.erasureRequest.findUnique({ where: { id: requestId } }) : null;
  },
  id: ({ id }) => encodeId('erasure_request', id),
  user: ({ userId }, _args, { viewer, findUser }) =>
    isSelfOr(viewer, userId, 'users:erase') ? findUser(userId) : null,
  steps: ({ id }, _args, { loaders }) => loaders.erasureSteps.load(id),
};

/** What becomes of an erasure, live. */
export const erasureRequestUpdated = subscription(
  {
    domain: 'users',
    names: ['erasureRequestUpdated'],
    key: ({ id }: SubscriptionErasureRequestUpdatedArgs) => decodeId('erasure_request', id),
    async resolve({ payload }, _args, { db }: Context) {
      const request = await db.erasureRequest.findUnique({ where: { id: payload.requestId } });
      if (!request) throw notFound('There is no such request any more.');
      return { erasureRequest: request };
    },
  },
  ({ log }: Context) => log,
);

/** Erasures that are complete. */
export const userErased = subscription(
  {
    domain: 'users',
    names: ['userErased'],
    async resolve({ payload: { userId } }, _args, { findUser }: Context) {
      const user = await findUser(userId);
      if (!user) throw notFound('There is nobody of this id any more.');
      return { user };
    },
  },
  ({ log }: Context) => log,
);
