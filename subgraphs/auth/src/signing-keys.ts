import type { PrismaClient, SigningKey } from '@kronos/prisma-auth';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { announcementMilliseconds, publishedKeys, type SigningKeyStatus } from './signing-key.rules.ts';

const algorithm = 'EdDSA';
/** How long the keys are taken from memory. Far shorter than an announcement, so nobody misses one. */
const memoryMilliseconds = 60_000;

/** A key, and what it is used for. */
export type PublishedKey = { key: SigningKey; status: SigningKeyStatus };

/** The keys that sign access tokens. */
export interface SigningKeys {
  /** The key that signs now. The first one is made when it is first asked for. */
  signer(): Promise<{ kid: string; algorithm: string; privateKey: CryptoKey | Uint8Array }>;
  /** The keys that verify now, newest first. */
  published(): Promise<PublishedKey[]>;
  /** Announces a new key, unless one is announced already. */
  rotate(): Promise<PublishedKey>;
}

/**
 * Creates the keeper of the signing keys, which lie in the database. Any number of processes may run it: a lock lets
 * one of them make a key, and all of them see it before it signs.
 */
export function createSigningKeys(database: PrismaClient): SigningKeys {
  const privateKeys = new Map<string, Promise<CryptoKey | Uint8Array>>();
  let memory: { keys: SigningKey[]; readAt: number } | undefined;

  /** All keys, at most a minute old; older ones while the database is away, because keys seldom change. */
  async function read(): Promise<PublishedKey[]> {
    const isRecent = memory !== undefined && Date.now() - memory.readAt < memoryMilliseconds;
    if (!isRecent) {
      try {
        remember(await database.signingKey.findMany());
      } catch (error) {
        if (!memory) throw error;
      }
    }
    return publishedKeys(memory?.keys ?? [], new Date());
  }

  function remember(keys: SigningKey[]): PublishedKey[] {
    memory = { keys, readAt: Date.now() };
    return publishedKeys(keys, new Date());
  }

  /** Adds a key under a lock, unless `found` says that another process has just done so. */
  async function addUnless(
    found: (keys: PublishedKey[]) => boolean,
    signsFrom: () => Date,
  ): Promise<PublishedKey[]> {
    const candidate = await generateSigningKey();
    const keys = await database.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('signing_key'))`;
      const existing = await transaction.signingKey.findMany();
      if (found(publishedKeys(existing, new Date()))) return existing;
      return [
        ...existing,
        await transaction.signingKey.create({ data: { ...candidate, signsFrom: signsFrom() } }),
      ];
    });
    return remember(keys);
  }

  async function published(): Promise<PublishedKey[]> {
    const keys = await read();
    if (keys.length > 0) return keys;
    return addUnless(
      (existing) => existing.length > 0,
      () => new Date(),
    );
  }

  return {
    published,
    async signer() {
      const keys = await published();
      // Where clocks differ, the first key can have been made in the future.
      const { key } = keys.find(({ status }) => status === 'ACTIVE') ?? keys[0]!;
      const privateKey = privateKeys.get(key.kid) ?? importJWK(key.privateKey as JWK, key.algorithm);
      privateKeys.set(key.kid, privateKey);
      return { kid: key.kid, algorithm: key.algorithm, privateKey: await privateKey };
    },
    async rotate() {
      // Announcing comes after signing: without a first key the new one would have to sign at once.
      await published();
      const keys = await addUnless(
        (existing) => existing.some(({ status }) => status === 'ANNOUNCED'),
        () => new Date(Date.now() + announcementMilliseconds),
      );
      return keys[0]!;
    },
  };
}

async function generateSigningKey() {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const publicKey = await exportJWK(pair.publicKey);
  const privateKey = await exportJWK(pair.privateKey);
  const kid = await calculateJwkThumbprint(publicKey);
  return { kid, algorithm, publicKey: { ...publicKey }, privateKey: { ...privateKey } };
}
