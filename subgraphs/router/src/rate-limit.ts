import { choosePolicy, type QuotaPolicy, subjectOf } from '@kronos/edge-rules';
import { QuotasUnavailableError } from '@kronos/quotas';
import { encodeId, serviceUnavailable } from '@kronos/subgraph';
import type { Context } from './context.ts';

const retryAfterSeconds = 2;

/** Where the caller's bucket stands, chosen and named as gateways do it. */
export async function rateLimit(_parent: unknown, _args: object, context: Context) {
  const { db, loaders, quotas, viewer, clientApplicationId, clientAddress } = context;
  const [rows, client] = await Promise.all([
    db.quotaPolicy.findMany(),
    clientApplicationId ? loaders.clientApplication.load(clientApplicationId) : null,
  ]);
  const policies: QuotaPolicy[] = rows.map((row) => ({
    ...row,
    monthlyPoints: row.monthlyPoints === null ? null : Number(row.monthlyPoints),
  }));
  const policy = choosePolicy({ client: client && { policyId: client.quotaPolicyId }, viewer }, { policies });
  const subject = subjectOf({
    client,
    viewer: viewer && { userId: encodeId('user', viewer.userId) },
    address: clientAddress,
  });
  try {
    const { limit, remaining, resetMs } = await quotas.read(subject, policy);
    return {
      policy: policy.name,
      limit: BigInt(limit),
      remaining: BigInt(remaining),
      used: BigInt(limit - remaining),
      resetAt: new Date(Date.now() + resetMs),
    };
  } catch (error) {
    if (!(error instanceof QuotasUnavailableError)) throw error;
    throw serviceUnavailable('What is left cannot be read at the moment.', retryAfterSeconds);
  }
}
