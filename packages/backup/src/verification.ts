import { z } from 'zod';
import { BackupFault } from './faults.ts';
import { readSmall } from './open-backup.ts';
import type { BackupStorage } from './storage/storage.ts';

/** Where the last check of a backup is noted, beside its manifest. */
const verificationFile = 'verification.json';

const verificationShape = z.object({
  verifiedAt: z.iso.datetime(),
  /** Rows that were restored for it. */
  restoredRows: z.number().int(),
  problems: z.array(z.string()),
});

/** What the last restore into a scratch database said of a backup. */
export type Verification = z.infer<typeof verificationShape>;

/** Notes what a check has found. */
export async function noteVerification(
  storage: BackupStorage,
  id: string,
  verification: Verification,
): Promise<void> {
  await storage.note(id, verificationFile, `${JSON.stringify(verification)}\n`);
}

/** What the last check has found; null when there was none. */
export async function readVerification(storage: BackupStorage, id: string): Promise<Verification | null> {
  try {
    return verificationShape.parse(JSON.parse(await readSmall(storage, id, verificationFile)));
  } catch (error) {
    const isNone =
      error instanceof BackupFault || error instanceof SyntaxError || error instanceof z.ZodError;
    if (isNone) return null;
    throw error;
  }
}
