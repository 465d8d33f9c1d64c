import { typeid } from 'typeid-js';

/** A new backup's id: later ones come later in the alphabet. */
export function newBackupId(): string {
  return typeid('backup').toString();
}
