import { createBackup } from '../create-backup.ts';
import type { BackupTarget } from '../databases/target.ts';
import { createFolderStorage } from '../storage/folder.ts';

// A process that makes one backup after the other until it is killed: `node backup-child.ts <JSON>`.
const { folder, targets, key } = JSON.parse(process.argv[2]!) as {
  folder: string;
  targets: BackupTarget[];
  key: string;
};
const masterKeys = () => [{ id: 'child', key: new Uint8Array(Buffer.from(key, 'base64')) }];
process.stdout.write('begins\n');
for (;;) await createBackup({ storage: createFolderStorage(folder), masterKeys, targets, isFull: true });
