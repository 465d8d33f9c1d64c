import { createBackup, createFolderStorage, restoreBackup } from '@kronos/backup';

// Makes or restores one backup, as `kronos backup` does: a process of its own, so that what it uses can be measured.
const [task = '', folder = '', url = '', id = ''] = process.argv.slice(2);
const storage = createFolderStorage(folder);
const key = { id: 'bench', key: Buffer.alloc(32, 'bench') };
const targets = [{ domain: 'projects', url, owner: 'postgres' }];
const common = { storage, targets, masterKeys: () => [key] };

if (task === 'backup') {
  const { id } = await createBackup({ ...common, isFull: true });
  console.log(JSON.stringify({ id }));
} else {
  const [restored] = await restoreBackup({ ...common, id, mode: 'BESIDE' });
  console.log(JSON.stringify({ database: restored!.database }));
}
// As `kronos` does at its end: the schema engine leaves a timer of ten seconds behind.
process.exit();
