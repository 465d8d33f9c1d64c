import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';

const noRows = { columnNames: [], columnTypes: [], rows: [] };

/**
 * An adapter to no database: it answers nothing to every question. Prisma's engine insists on a connection even where it
 * compares two schemas, of which neither is in a database.
 */
export const offlineAdapterFactory: SqlMigrationAwareDriverAdapterFactory = {
  provider: 'postgres',
  adapterName: 'offline',
  connect: async () => ({
    provider: 'postgres',
    adapterName: 'offline',
    queryRaw: async () => noRows,
    executeRaw: async () => 0,
    executeScript: async () => undefined,
    startTransaction: async () => {
      throw new Error('There is no database to begin a transaction in.');
    },
    dispose: async () => undefined,
  }),
  connectToShadowDb: async () => {
    throw new Error('There is no database to make a shadow of.');
  },
};
