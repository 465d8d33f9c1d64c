import { createHash } from 'node:crypto';
import {
  type BackupCheck,
  BackupFault,
  type BackupProgress,
  type BackupStorage,
  type BackupTarget,
  backupTarget,
  createBackup,
  type MasterKeys,
  proveBackup,
  pruneBackups,
  type Retention,
  restoreBackup,
  rowsOf,
  selfTest,
  storedBytes,
  verifyFiles,
} from '@kronos/backup';
import { appendToOutbox } from '@kronos/events';
import type { Backup, BackupRestore, Prisma, PrismaClient } from '@kronos/prisma-database';
import type { Logger } from '@kronos/service';
import { decodeId, encodeId, isDatabaseAway } from '@kronos/subgraph';
import type { Databases } from '../databases.ts';
import { reconcile } from './reconcile.ts';
import type { Schedule } from './schedule.ts';
import { type Clock, startSchedule } from './start-schedule.ts';

/** Backups and what is done with them, one piece of work after the other. */
export interface BackupJobs {
  /** How many pieces of work wait or are at work here. */
  readonly pending: number;
  /** Every domain that can be backed up, by its owner or the operator. */
  targets(): BackupTarget[];
  /** Whether there is an operator, who alone makes databases. */
  readonly canRestore: boolean;
  /** Does a backup that stands in the table as queued, later. */
  create(backup: Backup): void;
  /** Does a restore that stands in the table as queued, later. */
  restore(restore: BackupRestore): void;
  /** Reads a backup and compares it with its manifest, or restores it for the comparison. */
  verify(id: string, options: { isRestored: boolean }): Promise<BackupCheck>;
  selfTest(): Promise<BackupCheck>;
  /** @returns the ids of what was removed, UUIDs */
  prune(retention: Retention): Promise<string[]>;
  /** Brings the table to what the storage has. */
  reconcile(): Promise<void>;
  /** Where a backup is, or will be. */
  urlOf(id: string): string;
  /** Ends what is at work; it stands as failed then. */
  close(): Promise<void>;
}

export interface BackupJobsOptions {
  db: PrismaClient;
  databases: Databases;
  storage: BackupStorage;
  masterKeys: MasterKeys;
  schedule: Schedule | null;
  /** How many backups the schedule keeps. */
  keep: number;
  logger: Logger;
  /** By which the schedule goes; the machine's, when omitted. */
  clock?: Clock;
}

/** So often somebody at work says how far they are, in milliseconds. */
const sayMs = 2_000;
/** Who has said nothing for so long has died at work, in milliseconds. */
const deadMs = 60_000;
/** What has waited for so long waits for a process that has died, in milliseconds. */
const waitingMs = 24 * 60 * 60_000;

export function openBackupJobs(options: BackupJobsOptions): BackupJobs {
  const { db, databases, storage, masterKeys, logger } = options;
  const ending = new AbortController();
  const using = { storage, masterKeys };
  let pending = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** After all that was asked for before. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    pending += 1;
    const result = last.then(() => {
      ending.signal.throwIfAborted();
      return work();
    });
    last = result
      .catch(() => undefined)
      .finally(() => {
        pending -= 1;
      });
    return result;
  }

  function targets(): BackupTarget[] {
    return databases.all.map(({ domain, url, ownUrl }) => backupTarget(domain, ownUrl, url));
  }

  async function runCreate(backup: Backup): Promise<void> {
    const { id, schemas, isFull } = backup;
    const name = encodeId('backup', id);
    const say = sayNow((step) =>
      db.backup.updateMany({ where: { id }, data: { status: 'RUNNING', ...step } }),
    );
    // While it waited it may have been taken for dead.
    const { count } = await db.backup.updateMany({
      where: { id, status: 'QUEUED' },
      data: { status: 'RUNNING' },
    });
    if (count === 0) return;
    try {
      await say.start();
      const chosen = targets().filter(({ domain }) => schemas.includes(domain));
      const signal = ending.signal;
      const manifest = await createBackup({
        ...using,
        id: name,
        targets: chosen,
        isFull,
        signal,
        onProgress: say.onProgress,
      });
      await say.end();
      await finish(id, {
        status: 'SUCCEEDED',
        sizeBytes: storedBytes(manifest),
        rows: rowsOf(manifest),
        checksum: createHash('sha256').update(JSON.stringify(manifest)).digest('hex'),
      });
      logger.info({ backup: id, schemas }, 'backup made');
    } catch (err) {
      await say.end();
      logger.error({ err, backup: id, schemas }, 'backup failed');
      await finish(id, { status: 'FAILED', failure: reasonOf(err) });
    }
  }

  async function finish(id: string, data: Prisma.BackupUpdateInput): Promise<void> {
    await db.$transaction(async (tx) => {
      await tx.backup.update({ where: { id }, data: { ...data, finishedAt: new Date() } });
      await appendToOutbox(tx, 'backupCompleted', { backupId: id });
    });
  }

  async function runRestore(restore: BackupRestore): Promise<void> {
    const { id, backupId, schemas, forced: force, beside } = restore;
    const say = sayNow((step) =>
      db.backupRestore.updateMany({ where: { id }, data: { status: 'RUNNING', ...step } }),
    );
    // The restore may have put this domain's own tables back to a time before it: the rows are written whole.
    const backup = await db.backup.findUniqueOrThrow({ where: { id: backupId } });
    const write = async (data: Partial<BackupRestore>) => {
      await db.backup.upsert({ where: { id: backupId }, create: backup, update: {} });
      const whole = { ...restore, ...data, finishedAt: new Date() };
      await db.backupRestore.upsert({ where: { id }, create: whole, update: whole });
    };
    // While it waited it may have been taken for dead, and been asked for again.
    const { count } = await db.backupRestore.updateMany({
      where: { id, status: 'QUEUED' },
      data: { status: 'RUNNING' },
    });
    if (count === 0) return;
    try {
      await say.start();
      const restored = await restoreBackup({
        ...using,
        ...{ id: encodeId('backup', backupId), targets: targets(), domains: schemas, force },
        mode: beside ? 'BESIDE' : 'IN_PLACE',
        onProgress: say.onProgress,
      });
      await say.end();
      await afterSwap(() =>
        write({ status: 'SUCCEEDED', databases: restored.map(({ database }) => database) }),
      );
      logger.warn({ restore: id, backup: backupId, schemas, beside }, 'backup restored');
    } catch (err) {
      await say.end();
      logger.error({ err, restore: id, backup: backupId, schemas }, 'restore failed');
      await write({ status: 'FAILED', failure: reasonOf(err) });
    }
  }

  async function verify(id: string, { isRestored }: { isRestored: boolean }): Promise<BackupCheck> {
    const name = encodeId('backup', id);
    if (!isRestored) return verifyFiles({ ...using, id: name });
    const { verifiedAt, ...check } = await proveBackup({ ...using, id: name, targets: targets() });
    await db.backup.updateMany({ where: { id }, data: { verifiedAt, problems: check.problems } });
    if (check.problems.length > 0)
      logger.error({ backup: id, problems: check.problems }, 'a backup is not good');
    return check;
  }

  async function prune(retention: Retention): Promise<string[]> {
    const removed = (await pruneBackups({ ...using, retention })).map((name) => decodeId('backup', name));
    await db.backup.deleteMany({ where: { id: { in: removed } } });
    return removed;
  }

  /** What the schedule wants: a backup of all, its proof, and the end of old ones. */
  async function runScheduled(backup: Backup): Promise<void> {
    await runCreate(backup);
    const made = await db.backup.findUnique({ where: { id: backup.id } });
    if (made?.status !== 'SUCCEEDED') return;
    if (canRestore) await verify(backup.id, { isRestored: true });
    await prune({ keep: options.keep });
  }

  async function buryTheDead(): Promise<void> {
    const before = (ms: number) => ({ aliveAt: { lt: new Date(Date.now() - ms) } });
    const failed = {
      status: 'FAILED',
      finishedAt: new Date(),
      failure: 'The process that did it has ended.',
    } as const;
    const where = {
      OR: [
        { status: 'RUNNING' as const, ...before(deadMs) },
        { status: 'QUEUED' as const, ...before(waitingMs) },
      ],
    };
    await db.backup.updateMany({ where, data: failed });
    await db.backupRestore.updateMany({ where, data: failed });
    await db.migrationRun.updateMany({ where, data: failed });
  }

  /** Tells at most every two seconds how far work is, and that it goes on. */
  function sayNow(write: (step: object) => Promise<unknown>) {
    let step = {};
    let writing: Promise<unknown> = Promise.resolve();
    const say = () => {
      writing = write({ ...step, aliveAt: new Date() }).catch(() => undefined);
    };
    let timer: NodeJS.Timeout | undefined;
    return {
      async start() {
        say();
        await writing;
        timer = setInterval(say, sayMs);
      },
      onProgress: ({ done, total }: BackupProgress) => {
        step = { currentStep: done, totalSteps: total };
      },
      async end() {
        clearInterval(timer);
        await writing;
        if (Object.keys(step).length > 0) await write(step).catch(() => undefined);
      },
    };
  }

  const canRestore = databases.all.some(({ isOperator }) => isOperator);
  const scheduling = startSchedule({
    ...{ db, schedule: options.schedule, clock: options.clock, logger, attendTo: buryTheDead },
    run: (backup) => inTurn(() => runScheduled(backup)),
    schemas: () => targets().map(({ domain }) => domain),
  });

  return {
    get pending() {
      return pending;
    },
    targets,
    canRestore,
    create: (backup) => void inTurn(() => runCreate(backup)).catch(() => undefined),
    restore: (restore) => void inTurn(() => runRestore(restore)).catch(() => undefined),
    verify: (id, wanted) => inTurn(() => verify(id, wanted)),
    selfTest: () => inTurn(async () => selfTest({ ...using, target: targets()[0]! })),
    prune: (retention) => inTurn(() => prune(retention)),
    reconcile: () => reconcile({ db, ...using }),
    urlOf: (id) => `${storage.location}/${encodeId('backup', id)}`,
    async close() {
      ending.abort(new Error('The service is ending.'));
      await scheduling.stop();
      await last;
    },
  };
}

/** The swap has cut this process off from its own database as well: the first question may find the old connections. */
async function afterSwap(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || attempt === 20) throw error;
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof BackupFault) return error.message;
  return 'The database or the storage could not be used; the log says why.';
}
