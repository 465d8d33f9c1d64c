import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { backupEnvironment } from '@kronos/backup/environment';
import { mailEnvironment } from '@kronos/mail';
import { masterKeysEnvironment } from '@kronos/sealing/master-keys';
import {
  commonEnvironment,
  parseEnvironment,
  port,
  postgresUrl,
  redisUrl,
  repositoryRoot,
} from '@kronos/service/environment';
import { z } from 'zod';
import { readDatabaseDomains, readSubgraphs, type Subgraph, variablePrefix } from '../domains.ts';
import type { InternalKeyFiles } from './internal-keys.ts';

const email = 'expected an e-mail address';
const password = 'expected at least 12 characters';

/** What `kronos up` reads beside the variables of each domain. */
export const upEnvironment = {
  ...commonEnvironment,
  ...mailEnvironment,
  ...backupEnvironment,
  KRONOS_PORT: port().default(4000),
  DATABASE_URL: postgresUrl().optional(),
  /** The role that the database domain works with, on servers where DATABASE_URL does not let us make it. */
  KRONOS_OPERATOR_DATABASE_URL: postgresUrl().optional(),
  REDIS_URL: redisUrl().optional(),
  KRONOS_INTERNAL_KEY_FILE: z.string().optional(),
  KRONOS_INTERNAL_JWKS_FILE: z.string().optional(),
  ...masterKeysEnvironment,
  /** Whether the gateway hosts the subgraphs, instead of a process beside it. */
  KRONOS_ONE_PROCESS: z.stringbool('expected true or false').default(false),
  /** The port of the mailbox that development has in the place of a mail server. */
  KRONOS_MAILBOX_PORT: port().optional(),
  KRONOS_ADMIN_EMAIL: z.email(email).optional(),
  KRONOS_ADMIN_PASSWORD: z.string().min(12, password).optional(),
} satisfies z.ZodRawShape;

/** What a domain adds to that: where its database is, and the port of its subgraph. */
export function domainEnvironment(domain: string): z.ZodRawShape {
  const prefix = variablePrefix(domain);
  return { [`${prefix}_DATABASE_URL`]: postgresUrl().optional(), [`${prefix}_PORT`]: port().optional() };
}

/** What `kronos up` is asked to start. */
export interface UpPlan extends z.infer<z.ZodObject<typeof upEnvironment>> {
  subgraphs: Subgraph[];
  databaseDomains: string[];
  keyFiles: Partial<InternalKeyFiles>;
  /** The database of each domain whose `<DOMAIN>_DATABASE_URL` is given. */
  givenDatabases: Record<string, string>;
  /** The port of each domain whose `<DOMAIN>_PORT` is given. */
  givenPorts: Record<string, number>;
}

/**
 * Reads the environment and the domains of this repository.
 *
 * @throws EnvironmentError naming every fault
 */
export async function readPlan(source: NodeJS.ProcessEnv = process.env): Promise<UpPlan> {
  const [subgraphs, databaseDomains] = await Promise.all([readSubgraphs(), readDatabaseDomains()]);
  const domains = [...new Set([...subgraphs.map(({ name }) => name), ...databaseDomains])];
  const ours = Object.assign({}, ...domains.map(domainEnvironment)) as z.ZodRawShape;
  // Theirs first: what a process needs, such as its database, is given to it here.
  const shape = { ...(await childEnvironments(domains)), ...upEnvironment, ...ours };
  const values = parseEnvironment(shape, source) as z.infer<z.ZodObject<typeof upEnvironment>>;
  const given = values as Record<string, unknown>;
  return {
    ...values,
    keyFiles: {
      privateKeyFile: values.KRONOS_INTERNAL_KEY_FILE,
      jwksFile: values.KRONOS_INTERNAL_JWKS_FILE,
    },
    subgraphs,
    databaseDomains,
    givenDatabases: pick<string>(databaseDomains, given, 'DATABASE_URL'),
    givenPorts: pick<number>(domains, given, 'PORT'),
  };
}

/** What the gateway and the subgraphs will parse, so that their faults are reported with ours, before anything starts. */
async function childEnvironments(domains: readonly string[]): Promise<z.ZodRawShape> {
  const { gatewayEnvironment } = await load<{ gatewayEnvironment: z.ZodRawShape }>(
    'apps/gateway/src/environment.ts',
  );
  const shapes = await Promise.all(
    domains.map(async (domain) => {
      const file = join('subgraphs', domain, 'src/environment.ts');
      if (!existsSync(join(repositoryRoot, file))) return {};
      return (await load<{ environmentShape?: z.ZodRawShape }>(file)).environmentShape ?? {};
    }),
  );
  return Object.assign({}, gatewayEnvironment, ...shapes);
}

// By its address: the command line depends on no domain, and on no app.
async function load<Module>(file: string): Promise<Module> {
  return import(pathToFileURL(join(repositoryRoot, file)).href);
}

function pick<Value>(
  domains: readonly string[],
  values: Record<string, unknown>,
  suffix: string,
): Record<string, Value> {
  return Object.fromEntries(
    domains
      .map((domain) => [domain, values[`${variablePrefix(domain)}_${suffix}`]] as const)
      .filter((entry): entry is [string, NonNullable<Value>] => entry[1] !== undefined),
  ) as Record<string, Value>;
}
