import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EnvironmentError, repositoryRoot } from '@kronos/service/environment';
import { z } from 'zod';

/** A key that others are derived from. */
export interface MasterKey {
  /** Lower-case letters, digits and hyphens; it lies beside whatever is sealed with the key. */
  id: string;
  /** 32 random bytes. */
  key: Uint8Array;
}

const expected = 'expected id:base64 of 32 bytes, further keys after commas, the current one first';

/** The variables that say where the master keys are. */
export const masterKeysEnvironment = {
  KRONOS_MASTER_KEYS: z
    .string()
    .refine((text) => tryParseMasterKeys(text) !== null, expected)
    .optional(),
  KRONOS_MASTER_KEYS_FILE: z
    .string()
    .transform((file) => resolve(repositoryRoot, file))
    .optional(),
} satisfies z.ZodRawShape;

/** The values of these variables. */
export interface MasterKeysSettings {
  KRONOS_HOME: string;
  KRONOS_MASTER_KEYS?: string | undefined;
  KRONOS_MASTER_KEYS_FILE?: string | undefined;
}

/** The file that holds the master keys unless the variable KRONOS_MASTER_KEYS does. */
export function masterKeysFile({
  KRONOS_HOME: home,
  KRONOS_MASTER_KEYS_FILE: file,
}: MasterKeysSettings): string {
  return file ?? join(home, 'master-keys');
}

/**
 * Opens the master keys: those of the variable or, without it, those of the file, which is read again whenever it has
 * changed. A file that goes wrong while a process runs leaves it the keys that it has.
 *
 * @returns what tells the keys, the current one first
 * @throws EnvironmentError when there are none, without telling any of a key
 */
export function openMasterKeys(settings: MasterKeysSettings): () => readonly MasterKey[] {
  const { KRONOS_MASTER_KEYS: text } = settings;
  if (text !== undefined) {
    const keys = tryParseMasterKeys(text);
    if (!keys) throw new EnvironmentError([`KRONOS_MASTER_KEYS is not right: ${expected}`]);
    return () => keys;
  }
  return followFile(masterKeysFile(settings));
}

/**
 * Reads the text of a list of master keys.
 *
 * @param text `id:base64` for each, with commas or ends of lines between them
 * @returns null when it is no such list: none at all, a key that is not 32 bytes, an id that stands there twice
 */
export function tryParseMasterKeys(text: string): MasterKey[] | null {
  const entries = text.split(/[\s,]+/).filter(Boolean);
  const keys = entries.map((entry) => {
    const [, id, encoded] = /^([a-z0-9-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/.exec(entry) ?? [];
    return id && encoded ? { id, key: new Uint8Array(Buffer.from(encoded, 'base64')) } : null;
  });
  const ids = new Set(keys.map((key) => key?.id));
  if (keys.length === 0 || ids.size < keys.length) return null;
  return keys.every((key) => key !== null) ? keys : null;
}

function followFile(file: string): () => readonly MasterKey[] {
  let version = versionOf(file);
  let keys = version && readKeys(file);
  if (!keys) throw new EnvironmentError([faultOf(file, version)]);
  return () => {
    // A call of the file system for each key that is used: what is sealed is seldom opened, and a rotation needs no restart.
    const now = versionOf(file);
    if (now && now !== version) {
      keys = readKeys(file) ?? keys;
      version = now;
    }
    return keys as MasterKey[];
  };
}

function faultOf(file: string, version: string | null): string {
  return version
    ? `${file}, which holds the master keys, cannot be read: ${expected}`
    : `KRONOS_MASTER_KEYS is not set, and there is no file ${file} (which \`kronos up\` and \`kronos setup\` make): ${expected}`;
}

function readKeys(file: string): MasterKey[] | null {
  try {
    return tryParseMasterKeys(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Differs whenever the file does; null when there is none, or it cannot be looked at. */
function versionOf(file: string): string | null {
  try {
    const { mtimeMs, ino, size } = statSync(file);
    return `${mtimeMs}-${ino}-${size}`;
  } catch {
    return null;
  }
}
