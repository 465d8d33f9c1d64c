import type { PartDefinition } from '../processes/part.ts';
import { createCluster, hasCluster } from './cluster.ts';
import { postgresPlace } from './place.ts';
import { spawnPostgres, waitForPostgres } from './server.ts';

/** An embedded PostgreSQL as a part that can be started. */
export interface EmbeddedPostgres {
  /** The superuser's URL of the database `postgres`. */
  adminUrl: string;
  version: string;
  part: PartDefinition;
}

/**
 * Prepares the embedded PostgreSQL of a KRONOS_HOME, creating its data folder the first time.
 *
 * @param password of the superuser, in force since the data folder was created
 */
export async function embeddedPostgres(options: {
  home: string;
  port: number;
  password: string;
}): Promise<EmbeddedPostgres> {
  const place = await postgresPlace(options.home);
  if (!(await hasCluster(place))) await createCluster(place, { password: options.password });
  const adminUrl = `postgresql://postgres:${options.password}@127.0.0.1:${options.port}/postgres`;
  return {
    adminUrl,
    version: place.binaries.version.replace(/-.*/, ''),
    part: {
      name: 'postgres',
      title: 'PostgreSQL',
      spawn: () => spawnPostgres(place, options.port),
      ready: (signal) => waitForPostgres(adminUrl, 60_000, signal),
      // Ends the connections at once and writes everything down ("fast shutdown").
      stopSignal: 'SIGINT',
      patienceMs: 15_000,
    },
  };
}
