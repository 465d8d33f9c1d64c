import { Prisma, type PrismaClient } from '@kronos/prisma-auth';
import type { Sealer } from '@kronos/sealing';
import type { JWK } from 'jose';
import { sealPrivateKey } from './signing-keys.ts';

/**
 * Seals the private keys that lie in the clear, which are those from before keys were sealed. Any number of processes may.
 *
 * @returns how many this call has sealed; a key that has once lain open in backups had better be followed by another
 */
export async function sealOpenSigningKeys(
  database: Pick<PrismaClient, 'signingKey'>,
  sealer: Sealer,
): Promise<number> {
  const open = await database.signingKey.findMany({ where: { sealedPrivateKey: null } });
  let count = 0;
  for (const { kid, privateKey } of open) {
    const sealed = await database.signingKey.updateMany({
      where: { kid, sealedPrivateKey: null },
      data: { sealedPrivateKey: sealPrivateKey(kid, privateKey as JWK, sealer), privateKey: Prisma.DbNull },
    });
    count += sealed.count;
  }
  return count;
}
