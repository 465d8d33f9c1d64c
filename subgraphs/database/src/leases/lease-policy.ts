import {
  encodeId,
  mutation,
  requireRecentLogin,
  tryDecodeId,
  userFaults,
  validInput,
} from '@kronos/subgraph';
import { z } from 'zod';
import type { LeasePolicyResolvers, MutationResolvers, QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { fault } from '../faults.ts';
import { leaseName } from './connection-lease.acquire.ts';
import { isLent } from './lease.rules.ts';

/** More than there are services, and what a plain list can have. */
const mostPolicies = 500;

const key = { serviceName: leaseName, domain: leaseName };
const putValues = z.object({
  ...key,
  clientId: z.string(),
  operations: z.array(z.enum(['READ', 'WRITE'])).min(1, 'Say what is to be leased.'),
});

/** Which service may lease what. */
export const leasePolicies: QueryResolvers<Context>['leasePolicies'] = (_parent, _args, { db }) =>
  db.leasePolicy.findMany({ orderBy: [{ serviceName: 'asc' }, { domain: 'asc' }], take: mostPolicies });

/** Lets a service lease connections to a domain's database, in place of what it may now. */
export const leasePolicyPut: MutationResolvers<Context>['leasePolicyPut'] = mutation(
  async (_parent, { input }, context) => {
    const { db, databases, viewer, logger } = context;
    requireRecentLogin(viewer);
    const { serviceName, domain, clientId: client, operations } = validInput(putValues, input);
    if (!databases.get(domain))
      userFaults(fault('NOT_FOUND', 'There is no such domain here.', ['input', 'domain']));
    if (!isLent(domain))
      userFaults(fault('FORBIDDEN', 'Nothing of this domain is ever leased.', ['input', 'domain']));
    const clientId =
      tryDecodeId('oauth_client', client) ??
      userFaults(fault('INVALID', 'Expected an id, oauth_client_….', ['input', 'clientId']));
    const values = { clientId, operations: [...new Set(operations)] };
    const leasePolicy = await db.$transaction(async (tx) => {
      // Two at the same moment could else both find room for the last one.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('kronos lease policies'))`;
      const where = { serviceName_domain: { serviceName, domain } };
      const before = await tx.leasePolicy.findUnique({ where });
      if (!before && (await tx.leasePolicy.count()) >= mostPolicies)
        userFaults(
          fault('CONFLICT', `There are ${mostPolicies} policies, which is as many as there may be.`),
        );
      return tx.leasePolicy.upsert({ where, create: { serviceName, domain, ...values }, update: values });
    });
    logger.warn({ ...leasePolicy, by: viewer!.userId }, 'a policy of leases was put');
    return { leasePolicy };
  },
);

/** Lets a service lease no connections to a domain's database any more. */
export const leasePolicyDelete: MutationResolvers<Context>['leasePolicyDelete'] = mutation(
  async (_parent, { input }, { db, viewer, logger }) => {
    requireRecentLogin(viewer);
    const { serviceName, domain } = validInput(z.object(key), input);
    const { count } = await db.leasePolicy.deleteMany({ where: { serviceName, domain } });
    if (count === 0) userFaults(fault('NOT_FOUND', 'There is no such policy.', ['input']));
    logger.warn({ serviceName, domain, by: viewer!.userId }, 'a policy of leases was deleted');
    return { deletedServiceName: serviceName, deletedDomain: domain };
  },
);

export const LeasePolicy: LeasePolicyResolvers<Context> = {
  clientId: ({ clientId }) => encodeId('oauth_client', clientId),
};
