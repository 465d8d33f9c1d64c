import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionLease, LeaseEnd, PrismaClient } from '@kronos/prisma-database';
import type { Logger } from '@kronos/service';
import { isDatabaseAway } from '@kronos/subgraph';
import type { Databases, OpenDatabase } from '../databases.ts';
import { dropLeaseRole, findLeaseRoles, leaseRoleName, withOperator } from './lease-role.ts';

export interface SweepOptions {
  db: PrismaClient;
  databases: Databases;
  logger: Logger;
  end(lease: ConnectionLease, how: LeaseEnd): Promise<unknown>;
}

export interface Sweeping {
  /** Says when a lease ends, for it to be swept then. */
  expect(moment: Date): void;
  stop(): Promise<void>;
}

/** Leases of other processes are swept, too: looked for this often, in milliseconds. */
const everyMs = 5_000;
/** Roles without a lease come from a database that was set back to an earlier state, which happens rarely. */
const orphansEveryMs = 600_000;
/** How many leases are ended in one turn. */
const atOnce = 100;

/** Ends leases whose time is over, as long as the process lives, and drops roles of leases that nobody knows of. */
export function startSweeping({ db, databases, logger, end }: SweepOptions): Sweeping {
  const stopping = new AbortController();
  let next = 0;
  let orphansDue = 0;
  let alarm = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      next = Date.now() + everyMs;
      await attempt(endExpired);
      await attempt(findNext);
      if (Date.now() >= orphansDue) {
        orphansDue = Date.now() + orphansEveryMs;
        for (const database of databases.all) await attempt(() => dropOrphans(database));
      }
      alarm = new AbortController();
      const signal = AbortSignal.any([stopping.signal, alarm.signal]);
      await delay(Math.max(0, next - Date.now()), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async function endExpired(): Promise<void> {
    const where = { endedAt: null, expiresAt: { lte: new Date() } };
    const expired = await db.connectionLease.findMany({ where, orderBy: { expiresAt: 'asc' }, take: atOnce });
    await Promise.all(expired.map((lease) => attempt(() => end(lease, 'EXPIRED'))));
  }

  async function findNext(): Promise<void> {
    const where = { endedAt: null, expiresAt: { gt: new Date() } };
    const first = await db.connectionLease.findFirst({ where, orderBy: { expiresAt: 'asc' } });
    if (first) next = Math.min(next, first.expiresAt.getTime());
  }

  async function dropOrphans(database: OpenDatabase): Promise<void> {
    if (!database.isOperator || stopping.signal.aborted) return;
    await withOperator(database, async (client) => {
      // Roles before rows: a lease has its row before it has its role.
      const roles = await findLeaseRoles(client);
      if (roles.length === 0) return;
      const held = await db.connectionLease.findMany({ where: { endedAt: null }, select: { id: true } });
      const known = new Set(held.map(({ id }) => leaseRoleName(id)));
      for (const role of roles.filter((role) => !known.has(role))) {
        await dropLeaseRole(client, role);
        logger.warn({ domain: database.domain, role }, 'a role of a lease that nobody knows of was dropped');
      }
    });
  }

  /** What does not work now works later: the rows say what is left to do. */
  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (err) {
      if (stopping.signal.aborted) return;
      logger[isDatabaseAway(err) ? 'debug' : 'warn']({ err }, 'leases could not be swept');
    }
  }

  const running = run();
  return {
    expect(moment) {
      if (moment.getTime() < next) alarm.abort();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
