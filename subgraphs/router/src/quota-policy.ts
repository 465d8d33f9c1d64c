import { encodeId, tryDecodeId } from '@kronos/subgraph';
import type { QueryResolvers, QuotaPolicyResolvers } from './__generated__/types.ts';
import { mayReadRules } from './access.rules.ts';

/** All quota policies: they are few. */
export const quotaPolicies: QueryResolvers['quotaPolicies'] = (_parent, _args, { db }) =>
  db.quotaPolicy.findMany({ orderBy: { name: 'asc' } });

export const QuotaPolicy: QuotaPolicyResolvers = {
  __resolveReference: ({ id }, { loaders, viewer }) => {
    const policyId = mayReadRules(viewer) && tryDecodeId('quota_policy', id);
    return policyId ? loaders.quotaPolicy.load(policyId) : null;
  },
  id: ({ id }) => encodeId('quota_policy', id),
};
