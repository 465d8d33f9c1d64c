import type { PrismaClient } from '@kronos/prisma-auth';
import type { Sealer } from '@kronos/sealing';
import type { Logger } from '@kronos/service';
import { sealOpenSigningKeys } from './signing-keys.seal.ts';
import type { SigningKeys } from './signing-keys.ts';

const minute = 60 * 1000;
const day = 24 * 60 * minute;

export interface KeepKeysOptions {
  database: PrismaClient;
  sealer: Sealer;
  signingKeys: SigningKeys;
  /** How many days a signing key signs before the next one is announced. */
  rotationDays: number;
  logger: Logger;
}

/**
 * Looks after the signing keys, at the start and every minute: those that lie in the clear are sealed, and followed by a new
 * one because they may lie in backups; one that has signed for long enough is followed by a new one.
 *
 * @returns what stops it, when the work under way is done
 */
export function keepSigningKeys(options: KeepKeysOptions): () => Promise<void> {
  let working: Promise<void> | undefined;
  let isFailing = false;
  async function tend(): Promise<void> {
    try {
      await tendSigningKeys(options);
      isFailing = false;
    } catch (error) {
      // Once for each outage.
      const level = isFailing ? 'debug' : 'warn';
      options.logger[level]({ err: error }, 'the signing keys are looked after again in a minute');
      isFailing = true;
    }
  }

  function look(): void {
    working ??= tend().finally(() => {
      working = undefined;
    });
  }

  look();
  const timer = setInterval(look, minute);
  return async () => {
    clearInterval(timer);
    await working;
  };
}

/** One look. */
export async function tendSigningKeys(options: KeepKeysOptions): Promise<void> {
  const { database, sealer, signingKeys, logger } = options;
  const sealed = await sealOpenSigningKeys(database, sealer);
  if (sealed > 0) {
    logger.info({ keys: sealed }, 'private keys that lay in the clear are sealed; a new key follows them');
    await signingKeys.rotate(null);
  }
  // Where no key was ever asked for, none is made.
  if ((await database.signingKey.count()) === 0) return;
  await signingKeys.rotateWhenOlderThan(options.rotationDays * day);
}
