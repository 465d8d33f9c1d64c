import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthStatus } from '@kronos/prisma-router';
import { repositoryRoot } from '@kronos/service';
import type { QueryResolvers } from './__generated__/types.ts';

const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
  version: string;
};

/** How the platform is as a whole. */
export const health: QueryResolvers['health'] = async (_parent, _args, { db }) => {
  const subgraphs = await db.subgraph.findMany({ orderBy: { name: 'asc' } });
  const checks = subgraphs.flatMap(({ checkedAt }) => (checkedAt ? [checkedAt.getTime()] : []));
  return {
    status: overallHealth(subgraphs.map((subgraph) => subgraph.health)),
    checkedAt: new Date(checks.length > 0 ? Math.min(...checks) : Date.now()),
    subgraphs,
    version,
  };
};

/** Of several parts. @param parts null for what was not asked yet, which says nothing */
export function overallHealth(parts: readonly (HealthStatus | null)[]): HealthStatus {
  const known = parts.filter((part) => part !== null);
  if (known.every((part) => part === 'UP')) return 'UP';
  return known.every((part) => part === 'DOWN') ? 'DOWN' : 'DEGRADED';
}
