import { mkdir, realpath } from 'node:fs/promises';
import { readMigrationState } from '@kronos/migrations';
import { areOnOneServer } from '@kronos/service/direct-url';
import { StartError } from '@kronos/service/run-service';
import { composeStamp } from '../compose/compose.ts';
import { operatorUrl, provisionOperator } from '../databases/operator.ts';
import { domainDatabaseUrl, provisionDatabases, refusal } from '../databases/provision.ts';
import { embeddedPostgres } from '../postgres/part.ts';
import { runCommand } from '../processes/command.ts';
import { privateRedis } from '../redis/part.ts';
import { waitForRedis } from '../redis/ping.ts';
import { seedStamp } from '../seeds/stamp.ts';
import type { Terminal } from '../terminal.ts';
import { allOf } from './all-of.ts';
import { type ChildOptions, databaseVariables, gatewayPart, graphPart, subgraphsPart } from './children.ts';
import type { Credentials } from './credentials.ts';
import type { UpPlan } from './environment.ts';
import type { Parts } from './parts.ts';
import { internalPort } from './ports.ts';

/** What the steps of a start share. */
export interface StepContext {
  plan: UpPlan;
  /** KRONOS_HOME without symbolic links. */
  home: string;
  environment: NodeJS.ProcessEnv;
  credentials: Credentials;
  terminal: Terminal;
  parts: Parts;
  signal: AbortSignal;
}

/** Makes KRONOS_HOME, which only its owner may read. */
export async function makeHome(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    return await realpath(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    throw new StartError(`KRONOS_HOME (${folder}) cannot be made: ${(error as Error).message}`);
  }
}

/** Starts the embedded PostgreSQL, unless every database is somewhere else; gives the administrator's URL. */
export async function startPostgres(context: StepContext): Promise<string | null> {
  const { plan, home, credentials, terminal, parts } = context;
  if (plan.DATABASE_URL) return plan.DATABASE_URL;
  if (plan.databaseDomains.every((domain) => plan.givenDatabases[domain])) return null;
  return terminal.step('PostgreSQL', async (note) => {
    const port = await internalPort(15_432, undefined, '');
    const postgres = await embeddedPostgres({ home, port, password: credentials.postgresPassword });
    await parts.start(postgres.part);
    note(`${postgres.version}, embedded, port ${port}`);
    return postgres.adminUrl;
  });
}

/** Starts a private Redis, or makes sure of the given one; gives its URL. */
export async function startRedis(context: StepContext): Promise<string> {
  const { plan, home, credentials, terminal, parts, signal } = context;
  return terminal.step('Redis', async (note) => {
    if (plan.REDIS_URL) {
      await waitForRedis(plan.REDIS_URL, 10_000, signal);
      note(`as REDIS_URL says, ${new URL(plan.REDIS_URL).host}`);
      return plan.REDIS_URL;
    }
    const port = await internalPort(16_379, undefined, '');
    const redis = await privateRedis({ home, port, password: credentials.redisPassword });
    await parts.start(redis.part);
    note(
      redis.isReal
        ? `private, port ${port}`
        : `in JavaScript, port ${port}, for development only (install redis-server, or set REDIS_URL)`,
    );
    return redis.url;
  });
}

/** Composes `supergraph.graphql` when a schema file has changed. */
export async function compose({ home, environment, terminal, signal }: StepContext): Promise<void> {
  await terminal.step('Composition', async (note) => {
    const stamp = composeStamp(home);
    if (await stamp.isFresh()) return;
    await runCommand(['compose'], environment, signal);
    await stamp.write();
    note('supergraph.graphql');
  });
}

/** Where the databases are. */
export interface Provision {
  /** Database URL of each domain. */
  urls: Record<string, string>;
  /** Of the role that looks after all of them; undefined when nobody has made it. */
  operatorUrl: string | undefined;
}

/** Makes the roles and databases that are missing. */
export async function provision(
  { plan, credentials, terminal }: StepContext,
  adminUrl: string | null,
): Promise<Provision> {
  return terminal.step('Databases and roles', async (note) => {
    const given = plan.KRONOS_OPERATOR_DATABASE_URL;
    if (!adminUrl) return { urls: plan.givenDatabases, operatorUrl: given };
    const databases = plan.databaseDomains.map((domain) => ({
      domain,
      url:
        plan.givenDatabases[domain] ??
        domainDatabaseUrl(adminUrl, domain, credentials.databasePasswords[domain] ?? ''),
    }));
    // A database on another server is somebody else's to make.
    const ours = databases.filter(({ url }) => areOnOneServer(adminUrl, url));
    const created = await provisionDatabases(adminUrl, ours);
    if (created.length > 0) note(`made for ${created.join(', ')}`);
    const operator = given ?? operatorUrl(adminUrl, credentials.operatorPassword);
    if (areOnOneServer(adminUrl, operator)) await provisionOperator(adminUrl, operator, ours);
    return {
      urls: Object.fromEntries(databases.map(({ domain, url }) => [domain, url])),
      operatorUrl: operator,
    };
  });
}

/** Applies the migrations that are missing; gives whether there were any. */
export async function migrateAll(
  { environment, terminal, signal }: StepContext,
  databaseUrls: Record<string, string>,
): Promise<boolean> {
  return terminal.step('Migrations', async (note) => {
    const targets = Object.entries(databaseUrls).map(([domain, databaseUrl]) => ({ domain, databaseUrl }));
    const states = await allOf(
      ...targets.map((target) =>
        readMigrationState(target).catch((error: unknown) => {
          throw refusal(target.databaseUrl, error);
        }),
      ),
    );
    const faults = states.flatMap((state) => state.faults);
    if (faults.length > 0) throw new StartError(faults.join('\n'));
    const pending = states.flatMap((state) => state.pending);
    if (pending.length === 0) return false;
    await runCommand(['migrate', 'run'], { ...environment, ...databaseVariables(databaseUrls) }, signal);
    note(`${pending.length} applied`);
    return true;
  });
}

/** Seeds, when the seeds, the databases or the administrator are new. */
export async function seedAll(
  { home, environment, credentials, plan, terminal, signal }: StepContext,
  databaseUrls: Record<string, string>,
  hasMigrated: boolean,
): Promise<void> {
  const administrator = {
    email: plan.KRONOS_ADMIN_EMAIL ?? credentials.administrator.email,
    password: plan.KRONOS_ADMIN_PASSWORD ?? credentials.administrator.password,
  };
  await terminal.step('Seeds', async () => {
    const { serviceSecrets } = credentials;
    const stamp = seedStamp({
      home,
      databases: identities(plan, databaseUrls),
      administrator,
      serviceSecrets,
    });
    if (!hasMigrated && (await stamp.isFresh())) return;
    const variables = {
      ...databaseVariables(databaseUrls),
      KRONOS_ADMIN_EMAIL: administrator.email,
      KRONOS_ADMIN_PASSWORD: administrator.password,
    };
    await runCommand(['seed'], { ...environment, ...variables }, signal);
    await stamp.write();
  });
}

/** The port of the embedded PostgreSQL is another one whenever the usual is taken: its databases are the same. */
function identities(plan: UpPlan, databaseUrls: Record<string, string>): Record<string, string> {
  const entries = Object.entries(databaseUrls).map(([domain, url]) => {
    const isEmbedded = !plan.DATABASE_URL && !plan.givenDatabases[domain];
    return [domain, isEmbedded ? new URL(url).pathname : url];
  });
  return Object.fromEntries(entries);
}

/** Starts the subgraphs and the gateway: a process for each of the two, or one for both. */
export async function startGraph(
  { plan, terminal, parts }: StepContext,
  children: ChildOptions,
): Promise<void> {
  const names = children.subgraphs.map(({ name }) => name).join(', ');
  const port = `port ${children.gateway.port}`;
  if (plan.KRONOS_ONE_PROCESS) {
    await terminal.step('Gateway with subgraphs', async (note) => {
      await parts.start(graphPart(children));
      note(`${port}; ${names}`);
    });
    return;
  }
  await allOf(
    terminal.step('Subgraphs', async (note) => {
      await parts.start(subgraphsPart(children));
      note(names);
    }),
    terminal.step('Gateway', async (note) => {
      await parts.start(gatewayPart(children));
      note(port);
    }),
  );
}

/** Restarts what runs the changed code of the subgraphs, or of the gateway. */
export async function restartGraph({ plan, parts }: StepContext, names: readonly string[]): Promise<void> {
  const running = plan.KRONOS_ONE_PROCESS && names.length > 0 ? ['graph'] : names;
  await allOf(...running.map((name) => parts.restart(name)));
}
