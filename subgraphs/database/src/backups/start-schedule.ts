import { setTimeout as delay } from 'node:timers/promises';
import type { Backup, PrismaClient } from '@kronos/prisma-database';
import type { Logger } from '@kronos/service';
import { isDatabaseAway, newId } from '@kronos/subgraph';
import type { Schedule } from './schedule.ts';

/** What time it is, and how one waits for another. */
export interface Clock {
  now(): Date;
  /** Comes back at a moment, or when the signal says so. */
  until(moment: Date, signal: AbortSignal): Promise<void>;
}

/** That of the machine. It keeps no process alive. */
const machineClock: Clock = {
  now: () => new Date(),
  until: (moment, signal) =>
    delay(Math.max(0, moment.getTime() - Date.now()), undefined, { signal, ref: false }).catch(
      () => undefined,
    ),
};

export interface ScheduleOptions {
  db: PrismaClient;
  schedule: Schedule | null;
  logger: Logger;
  schemas(): string[];
  run(backup: Backup): Promise<void>;
  /** Done once a minute, with or without a schedule. */
  attendTo(): Promise<void>;
  /** The machine's, when omitted. */
  clock?: Clock;
}

const minuteMs = 60_000;

/**
 * Makes the backups of a schedule as long as the process lives. Of all processes one makes each: the row of its minute is
 * there once.
 */
export function startSchedule(options: ScheduleOptions): { stop(): Promise<void> } {
  const { schedule, logger, clock = machineClock } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function everyMinute(): Promise<void> {
    while (!signal.aborted) {
      const minute = new Date(Math.floor(clock.now().getTime() / minuteMs) * minuteMs);
      await attempt(() => options.attendTo());
      if (schedule?.matches(minute)) await attempt(() => runOnce(options, minute));
      await clock.until(new Date(minute.getTime() + minuteMs), signal);
    }
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (err) {
      if (!signal.aborted) logger[isDatabaseAway(err) ? 'warn' : 'error']({ err }, 'the schedule of backups');
    }
  }

  const running = everyMinute();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Makes the backup of a minute, unless somebody else does or has. */
export async function runOnce({ db, schemas, run }: ScheduleOptions, minute: Date): Promise<void> {
  const id = newId();
  const row = {
    id,
    schemas: schemas(),
    isFull: true,
    status: 'QUEUED',
    startedAt: new Date(),
    scheduledFor: minute,
  } as const;
  const { count } = await db.backup.createMany({ data: [row], skipDuplicates: true });
  if (count === 1) await run(await db.backup.findUniqueOrThrow({ where: { id } }));
}
