import type { PrismaClient, SigningKey } from '@kronos/prisma-auth';
import type { Sealer } from '@kronos/subgraph';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { type RaisedSecurityEvent, raiseSecurityEvent } from './security-event.raise.ts';
import { announcementMilliseconds, publishedKeys, type SigningKeyStatus } from './signing-key.rules.ts';

const algorithm = 'EdDSA';
/** How long the keys are taken from memory. Far shorter than an announcement, so nobody misses one. */
const memoryMilliseconds = 60_000;

/** A key, and what it is used for. */
export type PublishedKey = { key: SigningKey; status: SigningKeyStatus };

/** The keys that sign access tokens. */
export interface SigningKeys {
  /** The key that signs now, or that of a `kid` while it is published. The first one is made when it is first asked for. */
  signer(kid?: string): Promise<{ kid: string; algorithm: string; privateKey: CryptoKey | Uint8Array }>;
  /** The keys that verify now, newest first. */
  published(): Promise<PublishedKey[]>;
  /**
   * Announces a new key, unless one is announced already.
   *
   * @param by who wants it
   */
  rotate(by: RaisedSecurityEvent['by']): Promise<PublishedKey>;
  /**
   * Announces a new key when the newest one is older, so that keys change by themselves.
   *
   * @param milliseconds the longest that a key may be the newest one
   */
  rotateWhenOlderThan(milliseconds: number): Promise<void>;
}

/** What a key's private half is sealed for. */
export const signingKeyContext = (kid: string) => `signing-key:${kid}`;

/**
 * Creates the keeper of the signing keys, whose private halves lie sealed in the database. Any number of processes may run it: a lock lets
 * one of them make a key, and all of them see it before it signs.
 */
export function createSigningKeys({
  database,
  sealer,
}: {
  database: PrismaClient;
  sealer: Sealer;
}): SigningKeys {
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
    by: RaisedSecurityEvent['by'],
  ): Promise<PublishedKey[]> {
    const candidate = await generateSigningKey(sealer);
    const keys = await database.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('signing_key'))`;
      const existing = await transaction.signingKey.findMany();
      if (found(publishedKeys(existing, new Date()))) return existing;
      const added = await transaction.signingKey.create({ data: { ...candidate, signsFrom: signsFrom() } });
      const details = { kid: added.kid };
      await raiseSecurityEvent(transaction, { kind: 'SIGNING_KEY_ROTATED', userId: null, by, details });
      return [...existing, added];
    });
    return remember(keys);
  }

  async function published(): Promise<PublishedKey[]> {
    const keys = await read();
    if (keys.length > 0) return keys;
    return addUnless(
      (existing) => existing.length > 0,
      () => new Date(),
      null,
    );
  }

  async function announceUnless(found: (keys: PublishedKey[]) => boolean, by: RaisedSecurityEvent['by']) {
    // Announcing comes after signing: without a first key the new one would have to sign at once.
    await published();
    const keys = await addUnless(found, () => new Date(Date.now() + announcementMilliseconds), by);
    return keys[0]!;
  }

  return {
    published,
    async signer(kid) {
      const keys = await published();
      const wanted = kid && keys.find(({ key }) => key.kid === kid);
      // Where clocks differ, the first key can have been made in the future.
      const { key } = wanted || (keys.find(({ status }) => status === 'ACTIVE') ?? keys[0]!);
      const privateKey = privateKeys.get(key.kid) ?? importJWK(openPrivateKey(key, sealer), key.algorithm);
      privateKeys.set(key.kid, privateKey);
      return { kid: key.kid, algorithm: key.algorithm, privateKey: await privateKey };
    },
    rotate: (by) => announceUnless((existing) => existing.some(({ status }) => status === 'ANNOUNCED'), by),
    async rotateWhenOlderThan(milliseconds) {
      const isYoung = ({ key }: PublishedKey) => key.signsFrom.getTime() > Date.now() - milliseconds;
      if ((await published()).some(isYoung)) return;
      await announceUnless((existing) => existing.some(isYoung), null);
    },
  };
}

function openPrivateKey({ kid, privateKey, sealedPrivateKey }: SigningKey, sealer: Sealer): JWK {
  if (sealedPrivateKey === null) return privateKey as JWK;
  return JSON.parse(Buffer.from(sealer.unseal(sealedPrivateKey, signingKeyContext(kid))).toString());
}

async function generateSigningKey(sealer: Sealer) {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const publicKey = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicKey);
  const sealedPrivateKey = sealPrivateKey(kid, await exportJWK(pair.privateKey), sealer);
  return { kid, algorithm, publicKey: { ...publicKey }, sealedPrivateKey };
}

/** A private JWK as it lies in the database. */
export function sealPrivateKey(kid: string, privateKey: JWK, sealer: Sealer): string {
  return sealer.seal(Buffer.from(JSON.stringify(privateKey)), signingKeyContext(kid));
}
