import { encodeId, newId } from '@kronos/subgraph';

/** A new backup's id: later ones come later in the alphabet. */
export function newBackupId(): string {
  return encodeId('backup', newId());
}
