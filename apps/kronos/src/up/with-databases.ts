import { stopLeftOvers } from '../processes/left-overs.ts';
import { createTerminal, type Terminal } from '../terminal.ts';
import { readCredentials } from './credentials.ts';
import { readPlan } from './environment.ts';
import { lockHome } from './lock.ts';
import { createParts } from './parts.ts';
import { readRunningSystem } from './run-file.ts';
import { makeHome, provision, startPostgres } from './steps.ts';

/** The databases and the administrator that a command works with. */
export interface Databases {
  /** Database URL of each domain. */
  urls: Record<string, string>;
  /** Of the role that looks after all of them; undefined when nobody has made it. */
  operatorUrl: string | undefined;
  administrator: { email: string; password: string };
  /** The client secret of each service, by its name. */
  serviceSecrets: Record<string, string>;
}

/**
 * Does work that needs the databases: those that the environment names, else those of the system that runs in KRONOS_HOME,
 * else those of the embedded PostgreSQL, which is started for the time.
 */
export async function withDatabases<Result>(
  work: (databases: Databases) => Promise<Result>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Result> {
  const plan = await readPlan(environment);
  const home = await makeHome(plan.KRONOS_HOME);
  const credentials = await readCredentials(home, plan.databaseDomains);
  const administrator = {
    email: plan.KRONOS_ADMIN_EMAIL ?? credentials.administrator.email,
    password: plan.KRONOS_ADMIN_PASSWORD ?? credentials.administrator.password,
  };
  const { serviceSecrets } = credentials;
  if (!plan.DATABASE_URL && plan.databaseDomains.every((domain) => plan.givenDatabases[domain]))
    return work({
      ...{ urls: plan.givenDatabases, operatorUrl: plan.KRONOS_OPERATOR_DATABASE_URL },
      ...{ administrator, serviceSecrets },
    });

  const running = plan.DATABASE_URL ? null : await readRunningSystem(home);
  if (running)
    return work({
      urls: { ...running.databaseUrls, ...plan.givenDatabases },
      ...{ operatorUrl: running.operatorUrl, administrator, serviceSecrets },
    });

  await using undo = new AsyncDisposableStack();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const terminal: Terminal = createTerminal((text) => process.stderr.write(text));
  const parts = createParts({ home, terminal, signal: stop.signal });
  if (!plan.DATABASE_URL) {
    const lock = await lockHome(home, 'no URL, for it only works on the databases');
    undo.defer(() => lock.release());
    await stopLeftOvers(home);
    undo.defer(() => parts.stopAll());
  }
  const context = { plan, home, environment, credentials, terminal, parts, signal: stop.signal };
  const provided = await provision(context, await startPostgres(context));
  return await work({ ...provided, administrator, serviceSecrets });
}
