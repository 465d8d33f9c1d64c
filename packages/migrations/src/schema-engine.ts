import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { directUrl } from '@kronos/service/direct-url';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { asRole } from './as-role.ts';
import type { MigrationFile } from './files.ts';
import { offlineAdapterFactory } from './offline-adapter.ts';
import { WholeScriptAdapterFactory } from './whole-script-adapter.ts';

const noFilters = { externalTables: [], externalEnums: [] };
let instantiated: Promise<void> | undefined;

/**
 * Applies migrations by Prisma's own schema engine (WebAssembly): the files, the table `_prisma_migrations` and every rule
 * about them stay Prisma's, with no binary to download.
 *
 * @returns the names of the migrations that were applied
 * @throws an error with the engine's message; its `code` is Prisma's, e.g. P3018 for a migration that failed
 */
export async function applyMigrations(options: {
  databaseUrl: string;
  /** The role that owns what is made; whoever connects, when omitted. */
  role?: string;
  migrations: readonly MigrationFile[];
  lock: string | null;
}): Promise<string[]> {
  // Our own pool, because the engine closes none.
  const pool = new pg.Pool({
    connectionString: directUrl(options.databaseUrl),
    options: asRole(options.role),
    max: 1,
  });
  pool.on('error', () => undefined);
  try {
    return await withEngine(new WholeScriptAdapterFactory(pool), undefined, async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: {
          baseDir: '/migrations',
          lockfile: { path: 'migration_lock.toml', content: options.lock },
          shadowDbInitScript: '',
          migrationDirectories: options.migrations.map(({ name, sql }) => ({
            path: name,
            migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
          })),
        },
        filters: noFilters,
      });
      return appliedMigrationNames;
    });
  } finally {
    await pool.end();
  }
}

/** The SQL that makes the tables of a Prisma schema in an empty database. */
export async function sqlOfSchema(schema: string): Promise<string> {
  return withEngine(offlineAdapterFactory, schema, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      shadowDatabaseUrl: null,
      exitCode: null,
      filters: noFilters,
    } as bindings.DiffParams);
    return stdout ?? '';
  });
}

async function withEngine<Result>(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  schema: string | undefined,
  work: (engine: bindings.SchemaEngine) => Promise<Result>,
): Promise<Result> {
  instantiated ??= instantiate();
  await instantiated;
  const engine = await bindings.SchemaEngine.new(
    { datamodels: schema ? [['schema.prisma', schema]] : undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
  try {
    return await work(engine);
  } finally {
    engine.free();
  }
}

// The package's own entry would import the .wasm file as a module, which Node does not do without a flag.
async function instantiate(): Promise<void> {
  const folder = dirname(
    createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'),
  );
  const module = await WebAssembly.compile(await readFile(join(folder, 'schema_engine_bg.wasm')));
  const instance = await WebAssembly.instantiate(module, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start?: () => void }).__wbindgen_start?.();
}
