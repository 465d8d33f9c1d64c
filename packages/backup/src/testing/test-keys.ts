import { randomBytes } from 'node:crypto';
import type { MasterKey } from '@kronos/sealing/master-keys';
import type { MasterKeys } from '../format/keys.ts';

/** Master keys of these names, of chance. */
export function testKeys(...ids: string[]): MasterKeys {
  const keys: MasterKey[] = ids.map((id) => ({ id, key: randomBytes(32) }));
  return () => keys;
}
