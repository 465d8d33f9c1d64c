import { appendToOutbox, type DataErased } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-users';
import { announceErasure, askDomains, firstDomain } from './begin-erasure.ts';

/** Notes that a domain has done its step, and goes on with the next ones, or to the end. */
export async function onErased(
  tx: Prisma.TransactionClient,
  domain: string,
  { requestId, userId, ...outcome }: DataErased,
): Promise<void> {
  const erasure = { id: requestId, userId };
  // Answers of two domains come in at the same moment: the second is to see that it is the last.
  await tx.$queryRaw`SELECT 1 FROM erasure_request WHERE id = ${requestId}::uuid FOR UPDATE`;
  const { count } = await tx.erasureStep.updateMany({
    where: { requestId, domain, status: 'PENDING' },
    data: { ...outcome, status: 'COMPLETED', completedAt: new Date() },
  });
  // It was asked twice, and has answered before.
  if (count === 0) return;

  const pending = await tx.erasureStep.findMany({ where: { requestId, status: 'PENDING' } });
  if (pending.length === 0) {
    await tx.erasureRequest.update({
      where: { id: requestId },
      data: { status: 'COMPLETED', endedAt: new Date() },
    });
    await appendToOutbox(tx, 'userErased', { requestId, userId });
  } else if (domain === firstDomain) {
    await askDomains(
      tx,
      erasure,
      pending.map((step) => step.domain),
    );
  }
  await announceErasure(tx, erasure);
}
