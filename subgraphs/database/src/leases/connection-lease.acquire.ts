import {
  encodeId,
  isDatabaseAway,
  mutation,
  requireRecentLogin,
  userFaults,
  validInput,
} from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { fault } from '../faults.ts';
import { chooseDomain, isDatabaseAdmin } from './lease.rules.ts';
import type { LeaseRequest } from './lease-slots.ts';
import type { OpenLease } from './leases.ts';
import { announceExhausted } from './pool-exhausted.ts';
import { WaitedInVain } from './waiting-line.ts';

/** What services and domains are called. */
export const leaseName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'Names have at most 63 small letters, digits and hyphens.');

const values = z.object({
  serviceName: leaseName,
  databaseType: z.literal('POSTGRESQL', 'Connections are leased to PostgreSQL alone.'),
  operationType: z.enum(['READ', 'WRITE']),
  domain: leaseName.nullish(),
});

/** Leases a connection to a domain's database. */
export const connectionAcquire: MutationResolvers<Context>['connectionAcquire'] = mutation(
  async (_parent, { input }, context) => {
    const { serviceName, operationType: operation, domain: wanted } = validInput(values, input);
    const { viewer, service, db, databases } = context;
    // A person gets a password here that outlasts their login; services prove themselves all the time.
    if (viewer) requireRecentLogin(viewer);

    const policies = await db.leasePolicy.findMany({ where: { serviceName } });
    const isAdmin = isDatabaseAdmin(context);
    const domain = chooseDomain({ policies, isAdmin, service, operation, wanted });
    if (!databases.get(domain))
      return userFaults(fault('NOT_FOUND', 'There is no such domain here.', ['input', 'domain']));

    const holder = { clientId: service?.clientId ?? null, userId: viewer?.userId ?? null };
    const { lease, databaseUrl } = await acquire({ serviceName, domain, operation, ...holder }, context);
    context.logger.info({ lease: lease.id, serviceName, domain, operation, ...holder }, 'connection leased');
    return {
      ...{ lease, connectionId: encodeId('connection_lease', lease.id), expiresAt: lease.expiresAt },
      ...{ databaseUrl, poolStats: await context.leases.stats() },
    };
  },
);

async function acquire(request: LeaseRequest, context: Context): Promise<OpenLease> {
  try {
    return await context.leases.acquire(request);
  } catch (error) {
    if (error instanceof WaitedInVain) {
      await announceExhausted(request, context);
      return refuse('exhausted', context);
    }
    if (isDatabaseAway(error)) return refuse('unreachable', context);
    throw error;
  }
}

function refuse(poolStatus: 'exhausted' | 'unreachable', { leases }: Context): never {
  return userFaults(
    fault('DATABASE_CONNECTION_FAILED', 'Unable to acquire a database connection.', undefined, {
      ...{ database: 'postgresql', poolStatus },
      retryAfter: leases.retryAfterSeconds(),
    }),
  );
}
