import { createHash } from 'node:crypto';
import { type BackupStorage, type MasterKeys, readListed, rowsOf, storedBytes } from '@kronos/backup';
import type { PrismaClient } from '@kronos/prisma-database';
import { decodeId, encodeId } from '@kronos/subgraph';

/**
 * Brings the table of backups to what the storage has: the command makes backups, too, and after the loss of a machine the
 * storage is all that there is.
 */
export async function reconcile(options: {
  db: PrismaClient;
  storage: BackupStorage;
  masterKeys: MasterKeys;
}): Promise<void> {
  const { db, storage } = options;
  // Rows first: a backup that is finished in between is then in both, or in the storage alone.
  const rows = await db.backup.findMany({ select: { id: true, status: true } });
  const stored = new Set((await storage.list()).map((name) => decodeId('backup', name)));
  const known = new Set(rows.map(({ id }) => id));
  const gone = rows.filter(({ id, status }) => status === 'SUCCEEDED' && !stored.has(id)).map(({ id }) => id);
  await db.backup.deleteMany({ where: { id: { in: gone }, status: 'SUCCEEDED' } });
  for (const id of stored) if (!known.has(id)) await learn(options, id);
}

async function learn(
  { db, ...using }: { db: PrismaClient; storage: BackupStorage; masterKeys: MasterKeys },
  id: string,
): Promise<void> {
  const { manifest, problem, verification } = await readListed(using, encodeId('backup', id));
  const row = {
    id,
    status: 'SUCCEEDED' as const,
    schemas: manifest?.databases.map(({ domain }) => domain) ?? [],
    isFull: manifest?.isFull ?? false,
    startedAt: manifest ? new Date(manifest.createdAt) : madeAt(id),
    finishedAt: manifest ? new Date(manifest.finishedAt) : null,
    sizeBytes: manifest ? storedBytes(manifest) : null,
    rows: manifest ? rowsOf(manifest) : null,
    checksum: manifest ? createHash('sha256').update(JSON.stringify(manifest)).digest('hex') : null,
    verifiedAt: verification ? new Date(verification.verifiedAt) : null,
    problems: [...(problem ? [problem] : []), ...(verification?.problems ?? [])],
  };
  await db.backup.createMany({ data: [row], skipDuplicates: true });
}

/** The first 48 bits of a UUIDv7 are its moment in milliseconds. */
function madeAt(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}
