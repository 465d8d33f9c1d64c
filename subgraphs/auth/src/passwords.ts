import { randomBytes } from 'node:crypto';
import { hashPassword, verifyPassword } from '@kronos/prisma-auth/password-hash';
import { Histogram, type Registry } from 'prom-client';

/** Hashing and checking passwords, measured. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * Is it the password of this hash? Without a hash the answer is no, after just as much work, so that nobody learns
   * from the time it takes whether there is an account, or one with a password.
   */
  matches(passwordHash: string | null | undefined, password: string): Promise<boolean>;
}

/** Longer than any password that was ever taken: of it, nothing is normalised or hashed. */
const longestAttempt = 1024;

/** Creates the hasher. It hashes once at the start, for a decoy that has the parameters of real hashes. */
export async function createPasswords(metrics: Registry): Promise<Passwords> {
  const duration = new Histogram({
    name: 'kronos_auth_argon2_seconds',
    help: 'Time spent on hashing and on verifying passwords.',
    labelNames: ['operation'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [metrics],
  });
  const decoy = await hashPassword(randomBytes(24).toString('base64'));

  async function measured<Result>(operation: string, work: () => Promise<Result>): Promise<Result> {
    const end = duration.startTimer({ operation });
    try {
      return await work();
    } finally {
      end();
    }
  }

  return {
    hash(password) {
      return measured('hash', () => hashPassword(password));
    },
    async matches(passwordHash, password) {
      const isPossible = password.length <= longestAttempt;
      const attempt = isPossible ? password : '';
      const isRight = await measured('verify', () => verifyPassword(passwordHash ?? decoy, attempt));
      return typeof passwordHash === 'string' && isPossible && isRight;
    },
  };
}
