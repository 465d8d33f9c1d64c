import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { telemetryEnvironment } from '@kronos/telemetry';
import { z } from 'zod';
import { knowsItsServer } from './direct-url.ts';

/** The folder that holds the project, whatever folder the process was started in. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** Every fault of an environment at once, one line each, with what would be right. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The environment is not right:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Parses the variables that `shape` names; the empty string counts as unset, as it does in `.env` files.
 *
 * @param shape variable name → zod type; a type's error message says what would be right
 * @param source where the variables are; the process' own when omitted
 * @throws EnvironmentError naming every variable that is wrong or missing
 */
export function parseEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  source: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.keys(shape).map((name) => [name, source[name] || undefined]));
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  throw new EnvironmentError(result.error.issues.map((issue) => describeFault(issue, given)));
}

function describeFault(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = String(issue.path[0]);
  const value = given[name];
  if (value === undefined) return `${name} is not set: ${issue.message}`;
  if (isSecret.test(name)) return `${name} is not right: ${issue.message}`;
  return `${name} is ${JSON.stringify(withoutPassword(value))}: ${issue.message}`;
}

/** Variables that are secrets as a whole, or have some in them. */
const isSecret = /_(KEYS?|PASSWORD|SECRET|TOKEN|PROVIDERS)$/;

function withoutPassword(value: string): string {
  return value.replace(/(:\/\/[^:/@]*:)[^@]*@/, '$1***@');
}

/** A TCP port; 0 lets the system choose a free one. */
export function port() {
  const expected = 'expected a port number from 0 to 65535';
  return z.coerce.number(expected).int(expected).min(0, expected).max(65_535, expected);
}

function url(protocols: readonly string[], example: string) {
  const expected = `expected a URL such as ${example}`;
  return z
    .string(expected)
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), expected);
}

/** A URL of a web resource. */
export const httpUrl = () => url(['http:', 'https:'], 'http://127.0.0.1:4000/graphql');

/** The address at which clients find Kronos, without a slash at its end: an OAuth issuer is compared character by character. */
export const publicUrl = () =>
  httpUrl()
    .default('http://localhost:4000')
    .transform((value) => value.replace(/\/+$/, ''));

/** A PostgreSQL connection URL; see `directUrl` for one through a pgBouncer. */
export const postgresUrl = () =>
  url(['postgres:', 'postgresql:'], 'postgresql://user:password@127.0.0.1:5432/database').refine(
    (value) => !URL.canParse(value) || knowsItsServer(value),
    'with pgbouncer=true, direct=host:port must say where the server itself is',
  );

/** Redis connection URLs: one, or nodes of a cluster with commas between them. */
export function redisUrls() {
  const expected =
    'expected redis://127.0.0.1:6379, or several such URLs of a cluster with commas between them';
  const isUrl = (value: string) =>
    URL.canParse(value.trim()) && ['redis:', 'rediss:'].includes(new URL(value.trim()).protocol);
  return z.string(expected).refine((value) => value.split(',').every(isUrl), expected);
}

/** A Redis connection URL. */
export const redisUrl = () => url(['redis:', 'rediss:'], 'redis://127.0.0.1:6379');

/** A list with commas between its members; blanks around them do not count. */
export const commaList = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((member) => member.trim())
      .filter(Boolean),
  );

/** What every process of Kronos reads. */
export const commonEnvironment = {
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'expected development, test or production')
    .default('development'),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'expected fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
  KRONOS_HOME: z
    .string()
    .default('.kronos')
    .transform((folder) => resolve(repositoryRoot, folder)),
  KRONOS_HOST: z.string().default('127.0.0.1'),
  ...telemetryEnvironment,
} satisfies z.ZodRawShape;
