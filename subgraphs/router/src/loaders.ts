import type {
  ClientApplication,
  PersistedOperation,
  PrismaClient,
  QuotaPolicy,
  Route,
  Subgraph,
} from '@kronos/prisma-router';
import { rowLoader } from '@kronos/subgraph';
import type DataLoader from 'dataloader';
import { createUsageLoader, type UsageLoader } from './usage/load-usage.ts';

/**
 * Rows by id (a UUID), of one request. They ask for no rights: what is reached from a row that the caller may see is theirs
 * to see; where an id comes from the caller, whoever takes it looks at the rights.
 */
export interface Loaders {
  route: DataLoader<string, Route | null>;
  quotaPolicy: DataLoader<string, QuotaPolicy | null>;
  clientApplication: DataLoader<string, ClientApplication | null>;
  persistedOperation: DataLoader<string, PersistedOperation | null>;
  /** By its name. */
  subgraph: DataLoader<string, Subgraph | null>;
  usage: UsageLoader;
}

export function createLoaders(db: PrismaClient): Loaders {
  const among = (ids: readonly string[]) => ({ where: { id: { in: [...ids] } } });
  return {
    route: rowLoader((ids) => db.route.findMany(among(ids))),
    quotaPolicy: rowLoader((ids) => db.quotaPolicy.findMany(among(ids))),
    clientApplication: rowLoader((ids) => db.clientApplication.findMany(among(ids))),
    persistedOperation: rowLoader((ids) => db.persistedOperation.findMany(among(ids))),
    subgraph: rowLoader(
      (names) => db.subgraph.findMany({ where: { name: { in: [...names] } } }),
      ({ name }) => name,
    ),
    usage: createUsageLoader(db),
  };
}
