import { appendAllToOutbox, appendToOutbox, personalDataDomains } from '@kronos/events';
import type { ErasureRequest, Prisma } from '@kronos/prisma-users';
import { newId } from '@kronos/subgraph';

/** Its step comes first: it ends all sessions, and whoever is not logged in leaves nothing behind for the others. */
export const firstDomain = 'auth';

/** A request for erasure, as far as its course needs it. */
export type Erasure = Pick<ErasureRequest, 'id' | 'userId'>;

/** The erasure of someone that was asked for and is not over; null when there is none. */
export function findOpenErasure(
  tx: Prisma.TransactionClient,
  userId: string,
): Promise<ErasureRequest | null> {
  return tx.erasureRequest.findFirst({ where: { userId, status: { in: ['SCHEDULED', 'RUNNING'] } } });
}

/**
 * Notes that someone is to be erased, by all domains, from a moment on.
 *
 * @param requestedBy who wants it; null for nobody
 */
export function scheduleErasure(
  tx: Prisma.TransactionClient,
  erasure: { userId: string; requestedBy: string | null; beginsAt: Date },
): Promise<ErasureRequest> {
  const steps = { create: personalDataDomains().map((domain) => ({ domain })) };
  return tx.erasureRequest.create({ data: { id: newId(), status: 'SCHEDULED', ...erasure, steps } });
}

/**
 * Begins to erase someone: their profile says so at once, and the first domain is asked.
 *
 * @param tx has locked the person
 */
export async function beginErasure(tx: Prisma.TransactionClient, erasure: Erasure): Promise<ErasureRequest> {
  const request = await tx.erasureRequest.update({ where: { id: erasure.id }, data: { status: 'RUNNING' } });
  await tx.user.update({ where: { id: erasure.userId }, data: { status: 'ERASED' } });
  await askDomains(tx, erasure, [firstDomain]);
  await announceErasure(tx, erasure);
  await appendToOutbox(tx, 'userUpdated', { userId: erasure.userId });
  return request;
}

/** Asks domains to do their step; asked again, they find nothing left to erase, and answer all the same. */
export async function askDomains(
  tx: Prisma.TransactionClient,
  { id: requestId, userId }: Erasure,
  domains: readonly string[],
): Promise<void> {
  await tx.erasureStep.updateMany({
    where: { requestId, domain: { in: [...domains] } },
    data: { askedAt: new Date() },
  });
  const payloads = domains.map((domain) => ({ requestId, userId, domain }));
  await appendAllToOutbox(tx, 'erasureStepRequested', payloads);
}

/** Tells those who follow the request that it has come further. */
export async function announceErasure(
  tx: Prisma.TransactionClient,
  { id: requestId, userId }: Erasure,
): Promise<void> {
  await appendToOutbox(tx, 'erasureRequestUpdated', { requestId, userId });
}
