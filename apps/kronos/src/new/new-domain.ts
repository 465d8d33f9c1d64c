import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sqlOfSchema } from '@kronos/migrations/schema-engine';
import { StartError } from '@kronos/service/run-service';
import { writeSupergraph } from '../compose/compose.ts';
import { readSubgraphs } from '../domains.ts';
import { readIfThere } from '../files.ts';
import { run } from '../processes/run.ts';
import type { Terminal } from '../terminal.ts';
import { type Names, namesOf } from './names.ts';
import { enterDomain } from './registers.ts';
import { writeTemplates } from './templates.ts';

/** What a new domain begins with. */
export interface NewDomainOptions {
  root: string;
  domain: string;
  /** The type that the domain owns first, e.g. `StockItem`. */
  aggregate: string;
  /** The port of its subgraph; the one after the highest so far when omitted. */
  port?: number;
  /** False leaves `npm install` to the caller. */
  isInstalled: boolean;
  terminal: Terminal;
}

// Every domain's first migration ends with it; Prisma's schema language has no triggers.
const outboxTrigger = `
-- The relay sleeps in LISTEN: this wakes it at commit, whichever process committed.
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify();
`;

/**
 * Writes a domain that passes every check: subgraph, database, migration, events, and its entries in the files that list
 * domains.
 *
 * @throws StartError before anything is written when a name cannot be used
 */
export async function newDomain(options: NewDomainOptions): Promise<void> {
  const { root, domain, terminal } = options;
  const names = namesOf(domain, options.aggregate);
  await assertFree(root, names);
  const subgraphs = await readSubgraphs(root);
  const port = options.port ?? Math.max(...subgraphs.map((subgraph) => subgraph.port)) + 1;

  const written = await terminal.step(`Writing subgraphs/${domain} and prisma/${domain}`, async () => {
    const files = await writeTemplates('subgraph', join(root, 'subgraphs', domain), names);
    const database = await writeTemplates('prisma', join(root, 'prisma', domain), names);
    await writeFirstMigration(join(root, 'prisma', domain));
    await writeTemplates('events', join(root, 'packages/events/src/catalogue'), names);
    await enterDomain(root, names, port);
    await writeSupergraph(root);
    const lists = ['supergraph.yaml', 'compose.yaml', 'packages/events/src/catalogue'];
    return [...files, ...database, ...lists.map((list) => join(root, list))];
  });
  await terminal.step('Formatting', () => command(root, 'biome', ['check', '--write', ...written]));
  if (options.isInstalled)
    await terminal.step('Linking the new packages', () =>
      command(root, 'npm', ['install', '--no-audit', '--no-fund']),
    );
  await terminal.step('Generating the database client and resolver types', () =>
    command(root, 'turbo', ['run', 'generate', '//#codegen', '--output-logs=errors-only']),
  );
}

async function assertFree(root: string, names: Names): Promise<void> {
  const { domain, Aggregate, aggregate, aggregates } = names;
  for (const folder of ['subgraphs', 'prisma']) {
    const isThere = await access(join(root, folder, domain)).then(
      () => true,
      () => false,
    );
    if (isThere) throw new StartError(`There is a domain ${domain} already: ${folder}/${domain} exists.`);
  }
  const graph = (await readIfThere(join(root, 'supergraph.graphql'))) ?? '';
  if (new RegExp(`^(type|interface|enum|input|scalar|union) ${Aggregate}\\b`, 'm').test(graph))
    throw new StartError(`The graph has a type ${Aggregate} already: choose another name for the aggregate.`);
  if (new RegExp(`^  (${aggregate}|${aggregates})(\\(|:)`, 'm').test(rootFields(graph)))
    throw new StartError(
      `The graph has a root field ${aggregate} already: choose another name for the aggregate.`,
    );
}

function rootFields(graph: string): string {
  return graph.match(/^type (Query|Mutation|Subscription)\b[\s\S]*?^\}/gm)?.join('\n') ?? '';
}

async function writeFirstMigration(folder: string): Promise<void> {
  const sql = await sqlOfSchema(await readFile(join(folder, 'schema.prisma'), 'utf8'));
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const migration = join(folder, 'migrations', `${time}_init`);
  await mkdir(migration);
  await writeFile(join(migration, 'migration.sql'), `${sql.trimEnd()}\n${outboxTrigger}`);
}

async function command(root: string, program: string, args: readonly string[]): Promise<void> {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(':');
  const { code, output } = await run(program, args, {
    cwd: root,
    env: { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1' },
  });
  if (code !== 0) throw new StartError(`${program} ${args[0]} failed:\n${output.trim()}`);
}
