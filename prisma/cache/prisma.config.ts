import { defineConfig } from 'prisma/config';

// `prisma generate` needs no schema engine, only the name of some executable: its download is not possible everywhere.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({ schema: 'schema.prisma', migrations: { path: 'migrations' } });
