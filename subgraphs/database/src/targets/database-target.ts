import { subscription } from '@kronos/subgraph';
import type { DatabaseTargetResolvers, QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { kronosVersion } from './kronos-version.ts';
import type { Observation } from './observatory.ts';
import { overallStatus } from './status.rules.ts';

/** All databases, the domains' in alphabetical order first. */
export const databaseTargets: QueryResolvers<Context>['databaseTargets'] = async (
  _parent,
  _args,
  { observatory },
) => [...(await observatory.observe())];

/** All databases, and how they are together. */
export const databaseStatus: QueryResolvers<Context>['databaseStatus'] = async (
  _parent,
  _args,
  { observatory },
) => {
  const targets = await observatory.observe();
  return {
    status: overallStatus(targets.map(({ status }) => status)),
    timestamp: new Date(),
    service: 'core-database-service',
    version: kronosVersion,
    targets: [...targets],
  };
};

export const DatabaseTarget: DatabaseTargetResolvers<Context> = {
  __resolveReference: async ({ name }, { observatory }) => findTarget(observatory, name),
  name: ({ target }) => target.name,
  kind: ({ target }) => target.kind,
  host: ({ target }) => target.host,
  port: ({ target }) => target.port,
  variable: ({ target }) => target.disabledBy ?? null,
  pool: ({ target }) => target.poolStats(),
  version: ({ facts }) => facts?.version ?? null,
  responseTimeMs: ({ facts }) => facts?.responseTimeMs ?? null,
  sizeBytes: ({ facts }) => facts?.sizeBytes ?? null,
  memoryBytes: ({ facts }) => facts?.memoryBytes ?? null,
  connections: ({ facts }) => facts?.connections ?? null,
  replication: ({ facts }) => facts?.replication ?? null,
  schemas: ({ facts }) => facts?.schemas ?? [],
};

/** Databases that are found in another status than before, as it happens. */
export const databaseHealthChanged = subscription(
  {
    domain: 'database',
    names: ['databaseHealthChanged'],
    resolve: async ({ payload: { target, from, to } }, _args: object, { observatory }: Context) => ({
      ...{ from, status: to },
      target: await findTarget(observatory, target),
    }),
  },
  ({ log }) => log,
);

/** A database as it is now; null for one that is no more. */
export async function findTarget(
  observatory: Context['observatory'],
  name: string,
): Promise<Observation | null> {
  const all = await observatory.observe();
  return all.find(({ target }) => target.name === name) ?? null;
}
