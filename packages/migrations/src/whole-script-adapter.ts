import { PrismaPg } from '@prisma/adapter-pg';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/**
 * Prisma's PostgreSQL adapter with scripts that are sent whole. Prisma's own cuts a script at every semicolon, those within
 * function bodies, literals and comments included, and commits each piece by itself; PostgreSQL runs a script that comes in one
 * message as one transaction, so a migration that fails leaves nothing behind.
 */
export class WholeScriptAdapterFactory extends PrismaPg {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    super(pool);
    this.#pool = pool;
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      await this.#pool.query(script).catch((error: unknown) => {
        throw error instanceof pg.DatabaseError ? asAdapterError(error) : error;
      });
    };
    return adapter;
  }
}

function asAdapterError(error: pg.DatabaseError): DriverAdapterError {
  return new DriverAdapterError({
    kind: 'postgres',
    code: error.code ?? 'XX000',
    severity: error.severity ?? 'ERROR',
    message: error.message,
    detail: error.detail,
    column: error.column,
    hint: error.hint,
  });
}
