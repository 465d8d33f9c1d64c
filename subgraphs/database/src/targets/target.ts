import type { PoolStats } from '../databases.ts';

/** A kind of database. */
export type TargetKind = 'POSTGRESQL' | 'REDIS' | 'COSMOSDB' | 'VECTOR';

/** Copies of a database on other servers. */
export interface Replication {
  /** Whether this is a copy itself. */
  isReplica: boolean;
  replicas: { name: string; state: string; lagBytes: bigint | null }[];
}

/** What a database says of itself; null for what its kind does not say. */
export interface Facts {
  /** From question to answer, of the smallest question that there is, in milliseconds. */
  responseTimeMs: number;
  version: string | null;
  sizeBytes: bigint | null;
  memoryBytes: bigint | null;
  /** What all its clients hold, as the server counts them. */
  connections: { active: number; idle: number; total: number } | null;
  replication: Replication | null;
  /** What it is divided into. */
  schemas: string[];
}

/** A database that is looked after, whatever its kind. Nothing is opened before the first probe. */
export interface Target {
  /** Unique: that of the domain, or of the kind where there is one of it. */
  readonly name: string;
  readonly kind: TargetKind;
  /** Null when it is no server. */
  readonly host: string | null;
  readonly port: number | null;
  /** The variable that turns it on, as long as it is off: it is never probed then. */
  readonly disabledBy?: string;
  /**
   * Asks it how it is, again and again: it finds the database when that comes back.
   *
   * @throws when it does not answer in time, as a client of its kind says it
   */
  probe(): Promise<Facts>;
  /** The connections of this process; null where there is no pool. Opens nothing. */
  poolStats(): PoolStats | null;
  close(): Promise<void>;
}

/** How long a database is given to answer, in milliseconds. */
export const patienceMs = 2_000;

/** What nothing is said of. */
export const nothingSaid: Omit<Facts, 'responseTimeMs'> = {
  version: null,
  sizeBytes: null,
  memoryBytes: null,
  connections: null,
  replication: null,
  schemas: [],
};

/** How long work takes, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}
