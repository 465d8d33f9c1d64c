import { appendToOutbox, type DataExported } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-users';
import { newId } from '@kronos/subgraph';

/** Keeps a part of what a domain has exported, still encrypted, and notes when that was the last one. */
export async function onExported(
  tx: Prisma.TransactionClient,
  domain: string,
  { requestId: exportId, userId, part, isLast, rows, content }: DataExported,
): Promise<void> {
  // Answers of two domains come in at the same moment: the second is to see that it is the last.
  const known = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM data_export WHERE id = ${exportId}::uuid FOR UPDATE`;
  // It has expired, or the person was erased meanwhile.
  if (known.length === 0) return;
  const step = await tx.dataExportStep.findUnique({ where: { exportId_domain: { exportId, domain } } });
  // It was asked twice, and has answered before.
  if (step?.status !== 'PENDING') return;

  if (content !== null)
    await tx.dataExportPart.create({ data: { id: newId(), exportId, domain, number: part, rows, content } });
  await tx.dataExportStep.update({
    where: { exportId_domain: { exportId, domain } },
    data: { rows: { increment: rows }, ...(isLast && { status: 'COMPLETED', completedAt: new Date() }) },
  });
  if (!isLast) return;

  const isComplete = (await tx.dataExportStep.count({ where: { exportId, status: 'PENDING' } })) === 0;
  if (isComplete)
    await tx.dataExport.update({
      where: { id: exportId },
      data: { status: 'COMPLETED', completedAt: new Date() },
    });
  await appendToOutbox(tx, 'dataExportUpdated', { requestId: exportId, userId });
}
