import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { copyFormats } from '../databases/describe.ts';
import { BackupFault } from '../faults.ts';
import { type BackupKeys, backupKeys, type MasterKeys } from './keys.ts';

/** The version of the format that is written; what this code reads is this one and all before. */
export const formatVersion = 2;

/** Where a backup keeps its manifest. */
export const manifestFile = 'manifest.json';

const checksum = z.string().regex(/^[0-9a-f]{64}$/);

const tableShape = z.object({
  name: z.string(),
  columns: z.array(z.string()),
  /** The format of COPY in which its rows are; version 1 knew text alone. */
  copyFormat: z.enum(copyFormats).default('text'),
  /** Of each column; version 1 did not tell, and text fits more than one. */
  columnTypes: z.array(z.string()).optional(),
  rows: z.number().int().min(0),
  /** Bytes of the rows as COPY writes them, and their SHA-256: the same for the same rows in the same order. */
  bytes: z.number().int().min(0),
  contentSha256: checksum,
  /** Where they are, compressed and encrypted; null for a table without rows. */
  file: z.object({ name: z.string(), bytes: z.number().int(), sha256: checksum }).nullable(),
});

const databaseShape = z.object({
  domain: z.string(),
  /** Its name, and the role that owned it. */
  database: z.string(),
  owner: z.string(),
  serverVersion: z.string(),
  /** The moment of which every row is. */
  snapshotAt: z.iso.datetime(),
  /** The last migration that was applied; null when there was none. */
  migration: z.string().nullable(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string().nullable() })),
  tables: z.array(tableShape),
});

const manifestShape = z.object({
  format: z.number().int().min(1).max(formatVersion),
  id: z.string(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  compression: z.literal('zstd'),
  encryption: z.literal('aes-256-gcm'),
  masterKeyId: z.string(),
  salt: z.string(),
  /** Whether it holds every domain that there was. */
  isFull: z.boolean(),
  databases: z.array(databaseShape),
});

/** What a table was. */
export type BackedUpTable = z.infer<typeof tableShape>;
/** What a domain's database was. */
export type BackedUpDatabase = z.infer<typeof databaseShape>;
/** What a backup holds. It is written last: where there is one, everything is. */
export type Manifest = z.infer<typeof manifestShape>;

/** The text of a manifest, with its signature. */
export function writeManifest(manifest: Manifest, keys: BackupKeys): string {
  return `${JSON.stringify({ manifest, signature: keys.sign(JSON.stringify(manifest)) }, null, 1)}\n`;
}

/**
 * Reads a manifest that is genuine.
 *
 * @throws BackupFault UNKNOWN_FORMAT, UNKNOWN_KEY or ALTERED
 */
export function readManifest(
  text: string,
  id: string,
  masterKeys: MasterKeys,
): { manifest: Manifest; keys: BackupKeys } {
  const { value, signature } = parse(text, id);
  const manifest = manifestOf(value, id);
  if (manifest.id !== id)
    throw new BackupFault('ALTERED', `The manifest of ${id} is that of ${manifest.id}.`);
  const keys = backupKeys(masterKeys, id, manifest);
  const expected = Buffer.from(keys.sign(JSON.stringify(value)));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given))
    throw new BackupFault('ALTERED', `The manifest of ${id} was altered, or was signed by another key.`);
  return { manifest, keys };
}

function parse(text: string, id: string): { value: unknown; signature: string } {
  try {
    const { manifest, signature } = JSON.parse(text) as { manifest: unknown; signature: unknown };
    return { value: manifest, signature: String(signature) };
  } catch {
    throw new BackupFault('ALTERED', `The manifest of ${id} cannot be read.`);
  }
}

function manifestOf(value: unknown, id: string): Manifest {
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === 'number' && format > formatVersion)
    throw new BackupFault(
      'UNKNOWN_FORMAT',
      `The backup ${id} has format ${format}, which this version of Kronos cannot read.`,
    );
  const result = manifestShape.safeParse(value);
  if (result.success) return result.data;
  throw new BackupFault('ALTERED', `The manifest of ${id} is not right.`);
}
