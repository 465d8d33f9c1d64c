import { encodeId } from '@kronos/subgraph';
import type { Resolvers } from './__generated__/types.ts';

export const MfaFactor: Resolvers['MfaFactor'] = {
  id: ({ id }) => encodeId('mfafactor', id),
  verified: ({ verifiedAt }) => verifiedAt !== null,
};
