import { Prisma, type PrismaClient } from '@kronos/prisma-router';
import type { Redis } from 'ioredis';

/** By hash of a document, as gateways write it: when it was last run, in milliseconds since the epoch, and how often. */
const usedKey = 'kronos:operations:used';
const usesKey = 'kronos:operations:uses';
const pageSize = 500;

/** Brings into the table how often, and when, stored operations were run. */
export async function keepUses(db: PrismaClient, redis: Redis): Promise<void> {
  let cursor = '0';
  do {
    const [next, entries] = await redis.hscan(usedKey, cursor, 'COUNT', pageSize);
    cursor = next;
    const hashes = entries.filter((_, index) => index % 2 === 0);
    if (hashes.length === 0) continue;
    const uses = await redis.hmget(usesKey, ...hashes);
    const rows = hashes.map(
      (hash, index) =>
        Prisma.sql`(${hash}::text, ${new Date(Number(entries[2 * index + 1]))}::timestamptz, ${BigInt(uses[index] ?? 0)}::bigint)`,
    );
    // A Redis that has lost its memory counts from nothing again: until it knows of more, what is here is right.
    await db.$executeRaw`
      UPDATE operation SET uses = greatest(operation.uses, seen.uses), last_used_at = seen.at
      FROM (VALUES ${Prisma.join(rows)}) AS seen (hash, at, uses)
      WHERE operation.hash = seen.hash AND (operation.last_used_at IS NULL OR operation.last_used_at < seen.at)`;
  } while (cursor !== '0');
}
