import { randomBytes } from 'node:crypto';
import type { ConnectionLease, LeaseEnd, PrismaClient } from '@kronos/prisma-database';
import { areOnOneServer, type Logger } from '@kronos/service';
import { serviceUnavailable } from '@kronos/subgraph';
import { ensureAccessRoles } from '../access-roles.ts';
import type { Databases, OpenDatabase, PoolStats } from '../databases.ts';
import { closeToStrangers } from './close-to-strangers.ts';
import { createLeaseRole, dropLeaseRole, leaseRoleName, withOperator } from './lease-role.ts';
import { countHeld, type LeaseLimits, type LeaseRequest, takeSlot } from './lease-slots.ts';
import { startSweeping } from './sweep.ts';
import { WaitingLine } from './waiting-line.ts';

/** A lease, and the URL by which its holder reaches the database. */
export interface OpenLease {
  lease: ConnectionLease;
  databaseUrl: string;
}

/** Connections that are lent for a time. What is lent stands in the database: processes come and go. */
export interface Leases {
  /**
   * Lends a connection, as soon as there is one.
   *
   * @throws WaitedInVain
   */
  acquire(request: LeaseRequest): Promise<OpenLease>;
  /** Ends a lease and everything that is done with it. @returns it as it has ended, be it now or before */
  end(lease: ConnectionLease, how: LeaseEnd): Promise<ConnectionLease>;
  /** How many are lent, may be lent and are waited for, here. */
  stats(): Promise<PoolStats>;
  /** After how many seconds it makes sense to ask again when there was none. */
  retryAfterSeconds(): number;
  close(): Promise<void>;
}

export interface LeasesOptions {
  db: PrismaClient;
  databases: Databases;
  limits: LeaseLimits;
  /** How long somebody waits, in milliseconds. */
  patienceMs: number;
  /** Told of a domain in whose database something may have been written by a lease that has ended. */
  onWritten(domain: string): Promise<void>;
  logger: Logger;
}

/** How many wait for a lease at most. */
const mostWaiting = 100;
/** A lease may end in another process, or by its time: it is looked this often, in milliseconds, while somebody waits. */
const lookMs = 250;
/** Tables come with migrations: what the groups may do is granted again after so long, in milliseconds. */
const grantedMs = 60_000;

export function openLeases(options: LeasesOptions): Leases {
  const { db, databases, limits, logger } = options;
  const granted = new Map<string, number>();
  const sweeping = startSweeping({ db, databases, logger, end });

  const line = new WaitingLine<LeaseRequest, OpenLease>({
    ...{ patienceMs: options.patienceMs, most: mostWaiting, everyMs: lookMs },
    groupOf: ({ serviceName }) => serviceName,
    async serve(request) {
      const slot = await takeSlot(db, limits, request);
      return typeof slot === 'string' ? undefined : await open(slot);
    },
    takeBack: ({ lease }) => end(lease, 'RELEASED'),
  });

  async function open(lease: ConnectionLease): Promise<OpenLease> {
    try {
      const password = randomBytes(24).toString('base64url');
      const database = databaseOf(lease);
      await prepare(database);
      await withOperator(database, async (client) => {
        await createLeaseRole(client, databaseNameOf(database.url), lease, password);
      });
      sweeping.expect(lease.expiresAt);
      return { lease, databaseUrl: leaseUrl(database.url, lease.id, password) };
    } catch (error) {
      // The sweeper takes the rest: who could not make a role may not be able to drop it either.
      await db.connectionLease.update({ where: { id: lease.id }, data: { expiresAt: lease.acquiredAt } });
      throw error;
    }
  }

  /** Lets the groups do what leases are to do, and nobody else into any domain's database. */
  async function prepare(database: OpenDatabase): Promise<void> {
    const { domain } = database;
    if ((granted.get(domain) ?? 0) > Date.now()) return;
    const closing = databases.all
      .filter(({ isOperator }) => isOperator)
      .map((other) => {
        const closed = closeToStrangers(other);
        if (areOnOneServer(other.url, database.url)) return closed;
        // The role of the lease is on its own server alone. It can have another name, but nobody waits for one that is away.
        closed.catch((err) => logger.debug({ err, domain: other.domain }, 'a database could not be closed'));
        return undefined;
      });
    await Promise.all(closing);
    await withOperator(database, ensureAccessRoles);
    granted.set(domain, Date.now() + grantedMs);
  }

  async function end(lease: ConnectionLease, how: LeaseEnd): Promise<ConnectionLease> {
    const { id } = lease;
    if (!lease.endedAt) {
      await withOperator(databaseOf(lease), (client) => dropLeaseRole(client, leaseRoleName(id)));
      // Nobody has announced what was written by it. Before it stands as ended: what fails is tried again by the sweeper.
      if (lease.operation === 'WRITE') await options.onWritten(lease.domain);
      const ended = { endedAt: new Date(), end: how };
      await db.connectionLease.updateMany({ where: { id, endedAt: null }, data: ended });
      line.look();
    }
    return db.connectionLease.findUniqueOrThrow({ where: { id } });
  }

  function databaseOf({ domain }: Pick<ConnectionLease, 'domain'>): OpenDatabase {
    const database = databases.get(domain);
    if (database?.isOperator) return database;
    throw serviceUnavailable('Connections to this database cannot be leased: it has no operator.', 60);
  }

  return {
    end,
    acquire: (request) => line.join(request),
    async stats() {
      const active = await countHeld(db);
      const [max, waiting] = [limits.all, line.length];
      return { active, idle: Math.max(0, max - active), waiting, total: max, min: 0, max };
    },
    retryAfterSeconds: () => Math.min(limits.seconds, 30),
    async close() {
      await Promise.all([line.close(serviceUnavailable('The service is ending.', 1)), sweeping.stop()]);
    },
  };
}

function databaseNameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function leaseUrl(operatorUrl: string, leaseId: string, password: string): string {
  return Object.assign(new URL(operatorUrl), { username: leaseRoleName(leaseId), password }).href;
}
