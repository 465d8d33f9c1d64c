export { type CreateBackupOptions, createBackup } from './create-backup.ts';
export { type BackupTarget, backupTarget, databaseOf } from './databases/target.ts';
export { type BackupSettings, backupEnvironment } from './environment.ts';
export { noteErasedPerson } from './erased-persons.ts';
export { BackupFault, type BackupFaultReason } from './faults.ts';
export type { MasterKeys } from './format/keys.ts';
export type { BackedUpDatabase, BackedUpTable, Manifest } from './format/manifest.ts';
export { newBackupId } from './ids.ts';
export { type ListedBackup, listBackups, readListed, rowsOf, storedBytes } from './list-backups.ts';
export type { BackupProgress, OnProgress } from './progress.ts';
export { proveBackup } from './prove-backup.ts';
export { pruneBackups, type Retention, superfluous } from './prune-backups.ts';
export {
  domainsWithData,
  type RestoreBackupOptions,
  type RestoredDatabase,
  restoreBackup,
} from './restore-backup.ts';
export { selfTest } from './self-test.ts';
export { createFolderStorage } from './storage/folder.ts';
export { openBackupStorage } from './storage/open-storage.ts';
export type { BackupDraft, BackupStorage } from './storage/storage.ts';
export type { Verification } from './verification.ts';
export { type BackupCheck, verifyFiles } from './verify-backup.ts';
