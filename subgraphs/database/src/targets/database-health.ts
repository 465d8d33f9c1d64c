import type { QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { kronosVersion } from './kronos-version.ts';
import type { Observation, Observatory } from './observatory.ts';
import { overallStatus, type TargetStatus } from './status.rules.ts';
import type { TargetKind } from './target.ts';

/** How the databases of one kind are together: nothing that tells where they are, or which. */
interface HealthCheck {
  status: TargetStatus;
  /** The longest of them; null when none has answered. */
  responseTimeMs: number | null;
  connections: { active: number; idle: number; total: number } | null;
  memoryBytes: bigint | null;
}

/** How the databases are, for everybody. */
export interface DatabaseHealth {
  status: TargetStatus;
  timestamp: Date;
  service: string;
  version: string;
  checks: Record<'postgresql' | 'redis' | 'cosmosdb' | 'vector', HealthCheck>;
}

/** Looks at all databases, and tells what everybody may know. */
export async function readHealth(observatory: Observatory): Promise<DatabaseHealth> {
  const all = await observatory.observe();
  const check = (kind: TargetKind) => summaryOf(all.filter(({ target }) => target.kind === kind));
  return {
    status: overallStatus(all.map(({ status }) => status)),
    timestamp: new Date(),
    service: 'core-database-service',
    version: kronosVersion,
    checks: {
      postgresql: check('POSTGRESQL'),
      redis: check('REDIS'),
      cosmosdb: check('COSMOSDB'),
      vector: check('VECTOR'),
    },
  };
}

/** How the databases are, for everybody. */
export const databaseHealth: QueryResolvers<Context>['databaseHealth'] = (_parent, _args, { observatory }) =>
  readHealth(observatory);

/** The same as `GET /health` of the Core Database Service answers it. */
export async function healthAnswer(observatory: Observatory) {
  const { checks, timestamp, ...rest } = await readHealth(observatory);
  return {
    status: rest.status,
    timestamp: timestamp.toISOString(),
    service: rest.service,
    version: rest.version,
    checks: Object.fromEntries(
      Object.entries(checks).map(([kind, check]) => [kind, checkAnswer(kind, check)]),
    ),
  };
}

function checkAnswer(kind: string, { status, responseTimeMs, connections, memoryBytes }: HealthCheck) {
  return {
    status,
    ...(responseTimeMs !== null && { responseTime: `${Math.round(responseTimeMs)}ms` }),
    ...(kind === 'postgresql' && connections && { connections }),
    ...(memoryBytes !== null && { memory: `${Math.round(Number(memoryBytes) / 2 ** 20)}MB` }),
  };
}

function summaryOf(all: readonly Observation[]): HealthCheck {
  const facts = all.flatMap((observation) => observation.facts ?? []);
  const counts = facts.flatMap(({ connections }) => connections ?? []);
  const sum = (key: 'active' | 'idle' | 'total') => counts.reduce((total, count) => total + count[key], 0);
  const memory = facts.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  return {
    status: all.every(({ status }) => status === 'DISABLED')
      ? 'DISABLED'
      : overallStatus(all.map(({ status }) => status)),
    responseTimeMs: facts.length > 0 ? Math.max(...facts.map((fact) => fact.responseTimeMs)) : null,
    connections: counts.length > 0 ? { active: sum('active'), idle: sum('idle'), total: sum('total') } : null,
    memoryBytes: memory.length > 0 ? memory.reduce((total, bytes) => total + bytes, 0n) : null,
  };
}
