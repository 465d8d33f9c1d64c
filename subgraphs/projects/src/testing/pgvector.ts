import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite/vector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/**
 * Starts a PostgreSQL that has pgvector, which the one of this repository's packages has not: PGlite, PostgreSQL itself as
 * WebAssembly, behind a socket on a free port.
 *
 * @returns its URL
 */
export async function startPgvector(): Promise<{ url: string } & AsyncDisposable> {
  const database = await PGlite.create({ extensions: { vector } });
  await database.exec('CREATE EXTENSION vector');
  const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: 4 });
  await server.start();
  return {
    url: `postgresql://postgres@${server.getServerConn()}/postgres`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await database.close();
    },
  };
}
