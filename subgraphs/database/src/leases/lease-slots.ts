import type { ConnectionLease, PrismaClient } from '@kronos/prisma-database';
import { newId } from '@kronos/subgraph';

/** What somebody wants to lease. */
export interface LeaseRequest {
  serviceName: string;
  domain: string;
  operation: 'READ' | 'WRITE';
  /** Who gets it: a service or a person. */
  clientId: string | null;
  userId: string | null;
}

/** How many leases there may be at a time, and how long one lasts. */
export interface LeaseLimits {
  all: number;
  perService: number;
  seconds: number;
}

/** Which limit leaves no room. */
export type Full = 'all' | 'service';

/**
 * Takes a place among the leases, whichever process others take theirs in.
 *
 * @returns the lease, which has no role yet, or the limit that it would exceed
 */
export async function takeSlot(
  db: PrismaClient,
  limits: LeaseLimits,
  request: LeaseRequest,
): Promise<ConnectionLease | Full> {
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('kronos leases'))`;
    const now = new Date();
    const held = { endedAt: null, expiresAt: { gt: now } };
    const { serviceName } = request;
    if ((await tx.connectionLease.count({ where: held })) >= limits.all) return 'all';
    const own = await tx.connectionLease.count({ where: { ...held, serviceName } });
    if (own >= limits.perService) return 'service';
    const expiresAt = new Date(now.getTime() + limits.seconds * 1000);
    return tx.connectionLease.create({ data: { id: newId(), ...request, acquiredAt: now, expiresAt } });
  });
}

/** How many leases are held now. */
export function countHeld(db: PrismaClient): Promise<number> {
  return db.connectionLease.count({ where: { endedAt: null, expiresAt: { gt: new Date() } } });
}
