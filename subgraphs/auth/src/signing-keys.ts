import type { PrismaClient, SigningKey } from '@kronos/prisma-auth';
import type { Sealer } from '@kronos/sealing';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { type RaisedSecurityEvent, raiseSecurityEvent } from './security-event.raise.ts';
import {
  accessTokenAlgorithm,
  announcementMilliseconds,
  publishedKeys,
  type SigningAlgorithm,
  type SigningKeyStatus,
  signingAlgorithms,
} from './signing-key.rules.ts';

/** How long the keys are taken from memory. Far shorter than an announcement, so nobody misses one. */
const memoryMilliseconds = 60_000;

/** A key, and what it is used for. */
export type PublishedKey = { key: SigningKey; status: SigningKeyStatus };

/** The keys that sign access tokens and ID tokens: of each algorithm one signs at a time. */
export interface SigningKeys {
  /** The key that signs access tokens now, or that of a `kid` while it is published. The first ones are made when they are first asked for. */
  signer(kid?: string): Promise<{ kid: string; algorithm: string; privateKey: CryptoKey | Uint8Array }>;
  /** The keys that verify now, newest first. */
  published(): Promise<PublishedKey[]>;
  /**
   * Announces a new key of each algorithm of which none is announced already.
   *
   * @param by who wants it
   * @returns the announced key of access tokens
   */
  rotate(by: RaisedSecurityEvent['by']): Promise<PublishedKey>;
  /**
   * Announces a new key of each algorithm whose newest one is older, so that keys change by themselves.
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

  /** Adds a key of each algorithm under a lock, but where another process has just made one that `isEnough`. */
  async function addMissing(
    isEnough: (key: PublishedKey) => boolean,
    signsFrom: () => Date,
    by: RaisedSecurityEvent['by'],
  ): Promise<PublishedKey[]> {
    const candidates = await Promise.all(
      signingAlgorithms.map((algorithm) => generateSigningKey(algorithm, sealer)),
    );
    const keys = await database.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('signing_key'))`;
      const existing = await transaction.signingKey.findMany();
      const missing = withoutKey(publishedKeys(existing, new Date()), isEnough);
      // One moment for all: their order does not depend on the clock's next tick.
      const from = signsFrom();
      const data = candidates
        .filter(({ algorithm }) => missing.includes(algorithm))
        .map((candidate) => ({ ...candidate, signsFrom: from }));
      if (data.length === 0) return existing;
      const added = await transaction.signingKey.createManyAndReturn({ data });
      const details = { kids: added.map(({ kid }) => kid) };
      await raiseSecurityEvent(transaction, { kind: 'SIGNING_KEY_ROTATED', userId: null, by, details });
      return [...existing, ...added];
    });
    return remember(keys);
  }

  async function published(): Promise<PublishedKey[]> {
    const keys = await read();
    if (withoutKey(keys, isAny).length === 0) return keys;
    return addMissing(isAny, () => new Date(), null);
  }

  async function announce(isEnough: (key: PublishedKey) => boolean, by: RaisedSecurityEvent['by']) {
    // Announcing comes after signing: without a first key the new one would have to sign at once.
    await published();
    return addMissing(isEnough, () => new Date(Date.now() + announcementMilliseconds), by);
  }

  return {
    published,
    async signer(kid) {
      const keys = await published();
      const wanted = kid && keys.find(({ key }) => key.kid === kid);
      const ofAccessTokens = keys.filter(isOfAccessTokens);
      // Where clocks differ, the first key can have been made in the future.
      const { key } =
        wanted || (ofAccessTokens.find(({ status }) => status === 'ACTIVE') ?? ofAccessTokens[0]!);
      const privateKey = privateKeys.get(key.kid) ?? importJWK(openPrivateKey(key, sealer), key.algorithm);
      privateKeys.set(key.kid, privateKey);
      return { kid: key.kid, algorithm: key.algorithm, privateKey: await privateKey };
    },
    async rotate(by) {
      const keys = await announce(({ status }) => status === 'ANNOUNCED', by);
      return keys.find(isOfAccessTokens)!;
    },
    async rotateWhenOlderThan(milliseconds) {
      const isYoung = ({ key }: PublishedKey) => key.signsFrom.getTime() > Date.now() - milliseconds;
      if (withoutKey(await published(), isYoung).length > 0) await announce(isYoung, null);
    },
  };
}

/** The algorithms of which no key is good enough. */
function withoutKey(keys: readonly PublishedKey[], isEnough: (key: PublishedKey) => boolean) {
  const enough = new Set(keys.filter(isEnough).map(({ key }) => key.algorithm));
  return signingAlgorithms.filter((algorithm) => !enough.has(algorithm));
}

function isAny(): boolean {
  return true;
}

/** Does it sign access tokens, or will it, or has it? */
export function isOfAccessTokens({ key }: PublishedKey): boolean {
  return key.algorithm === accessTokenAlgorithm;
}

function openPrivateKey({ kid, privateKey, sealedPrivateKey }: SigningKey, sealer: Sealer): JWK {
  if (sealedPrivateKey === null) return privateKey as JWK;
  return JSON.parse(Buffer.from(sealer.unseal(sealedPrivateKey, signingKeyContext(kid))).toString());
}

async function generateSigningKey(algorithm: SigningAlgorithm, sealer: Sealer) {
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
