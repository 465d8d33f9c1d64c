import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.ts';

/** The secrets of one KRONOS_HOME. */
export interface Credentials {
  administrator: { email: string; password: string };
  /** The client secret of each service that calls in its own name, by its name. */
  serviceSecrets: Record<string, string>;
  postgresPassword: string;
  redisPassword: string;
  operatorPassword: string;
  /** Password of each domain's database role. */
  databasePasswords: Record<string, string>;
}

/** The services that the seed of auth registers. */
const services = [
  'core-user-service',
  'ai-analysis-service',
  'ouranos-crm',
  'ouranos-desk',
  'gaia',
  'hyperion',
  'hephaistos',
];

/** Where a KRONOS_HOME keeps its secrets. */
export function credentialsFile(home: string): string {
  return join(home, 'credentials.json');
}

/** The secrets of a KRONOS_HOME; whatever is missing is made and kept, readable for its owner alone. */
export async function readCredentials(home: string, domains: readonly string[]): Promise<Credentials> {
  const file = credentialsFile(home);
  const kept = await readJson<Partial<Credentials>>(file);
  const credentials: Credentials = {
    administrator: kept?.administrator ?? { email: 'admin@kronos.example', password: secret(12) },
    serviceSecrets: {
      ...Object.fromEntries(services.map((name) => [name, secret(32)])),
      ...kept?.serviceSecrets,
    },
    postgresPassword: kept?.postgresPassword ?? secret(),
    redisPassword: kept?.redisPassword ?? secret(),
    operatorPassword: kept?.operatorPassword ?? secret(),
    databasePasswords: {
      ...Object.fromEntries(domains.map((domain) => [domain, secret()])),
      ...kept?.databasePasswords,
    },
  };
  if (JSON.stringify(kept) !== JSON.stringify(credentials))
    await writeWhole(file, `${JSON.stringify(credentials, null, 2)}\n`, 0o600);
  return credentials;
}

function secret(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}
