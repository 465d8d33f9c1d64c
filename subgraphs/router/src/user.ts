import { encodeId, tryDecodeId } from '@kronos/subgraph';
import type { UserResolvers } from './__generated__/types.ts';
import { usageOfUser } from './usage/usage.ts';

/** What this domain adds to a person. */
export const User: UserResolvers = {
  __resolveReference: ({ id }) => {
    const userId = tryDecodeId('user', id);
    return userId ? { id: userId } : null;
  },
  id: ({ id }) => encodeId('user', id),
  quotaUsage: ({ id }, { window }, context) => usageOfUser(id, window ?? 'P1D', context),
};
