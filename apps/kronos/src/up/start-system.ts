import { identify } from '../processes/identity.ts';
import { stopLeftOvers } from '../processes/left-overs.ts';
import type { Terminal } from '../terminal.ts';
import { allOf } from './all-of.ts';
import { type ChildOptions, connectableHost } from './children.ts';
import { readCredentials } from './credentials.ts';
import type { UpPlan } from './environment.ts';
import { ensureInternalKeys } from './internal-keys.ts';
import { introduction } from './introduction.ts';
import { lockHome } from './lock.ts';
import { openDevelopmentMailbox } from './mailbox.ts';
import { ensureMasterKeys } from './master-keys.ts';
import { createParts } from './parts.ts';
import { assertFree, internalPort } from './ports.ts';
import { waitUntilReady } from './readiness.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import {
  compose,
  makeHome,
  migrateAll,
  provision,
  restartGraph,
  type StepContext,
  seedAll,
  startGraph,
  startPostgres,
  startRedis,
} from './steps.ts';
import { type Reaction, watchSources } from './watch.ts';

/** What a start has to work with. */
export interface StartOptions {
  plan: UpPlan;
  environment: NodeJS.ProcessEnv;
  terminal: Terminal;
  /** Whether what runs is restarted when its source changes. */
  isWatching: boolean;
  /** Ends the start when it is aborted. */
  signal: AbortSignal;
  /** Takes what undoes the start; the last thing is undone first. */
  undo: AsyncDisposableStack;
}

const readyWithinMs = 60_000;

/**
 * Starts the whole system, step by step.
 *
 * @throws StartError, or a system error, when a step fails; what has been started by then is in `undo`
 */
export async function startSystem({
  plan,
  environment,
  terminal,
  isWatching,
  signal,
  undo,
}: StartOptions): Promise<void> {
  const home = await makeHome(plan.KRONOS_HOME);
  const gateway = { host: plan.KRONOS_HOST, port: plan.KRONOS_PORT };
  if (gateway.port === 0) gateway.port = await internalPort(4000, undefined, 'KRONOS_PORT');
  const publicUrl = `http://${gateway.host === '127.0.0.1' ? 'localhost' : connectableHost(gateway.host)}:${gateway.port}`;

  const lock = await lockHome(home, `${publicUrl}/graphql`);
  undo.defer(() => lock.release());
  await assertFree(gateway.host, gateway.port, 'KRONOS_PORT');
  const leftOvers = await stopLeftOvers(home);
  if (leftOvers.length > 0)
    terminal.say(`  ✓ Stopped what the last run left behind: ${leftOvers.join(', ')}`);

  const [credentials, keys] = await allOf(
    readCredentials(home, plan.databaseDomains),
    ensureInternalKeys(home, plan.keyFiles),
    ensureMasterKeys({ ...plan, KRONOS_HOME: home }),
  );
  const parts = createParts({ home, terminal, signal });
  undo.defer(() => parts.stopAll());
  const context: StepContext = { plan, home, environment, credentials, terminal, parts, signal };

  const [adminUrl, redisUrl] = await allOf(startPostgres(context), startRedis(context), compose(context));
  const { urls: databaseUrls, operatorUrl } = await provision(context, adminUrl);
  const hasMigrated = await migrateAll(context, databaseUrls);
  await seedAll(context, databaseUrls, hasMigrated);

  const mailbox = await openDevelopmentMailbox(plan);
  if (mailbox) undo.use(mailbox);
  const ports = await subgraphPorts(plan);
  const children: ChildOptions = {
    environment,
    home,
    subgraphs: plan.subgraphs,
    ports,
    databaseUrls,
    operatorUrl,
    redisUrl,
    keys,
    gateway,
    smtpUrl: plan.SMTP_URL ?? mailbox?.smtpUrl,
    publicUrl,
  };
  await startGraph(context, children);
  const services = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}`]),
  );
  services.gateway = `http://${connectableHost(gateway.host)}:${gateway.port}`;
  await terminal.step('Ready to serve', () => waitUntilReady(services, readyWithinMs, signal));

  const self = await identify(process.pid);
  if (!self) throw new Error('this process cannot be found in the process table');
  undo.defer(() => removeRunFile(home));
  const graphqlUrl = `${publicUrl}/graphql`;
  const mailboxUrl = mailbox?.url ?? null;
  await writeRunFile(home, {
    ...self,
    ...{ graphqlUrl, redisUrl, databaseUrls, operatorUrl, subgraphPorts: ports, mailboxUrl },
  });
  if (isWatching) undo.defer(watchSources((reaction) => followChange(context, reaction)));
  for (const line of introduction({ publicUrl, home, plan, credentials, mailboxUrl })) terminal.say(line);
}

async function followChange(context: StepContext, { restart, isSchema }: Reaction): Promise<void> {
  try {
    // The gateway takes up a new supergraph by itself.
    if (isSchema) await compose(context);
    await restartGraph(context, restart);
  } catch (error) {
    context.terminal.warn((error as Error).message);
  }
}

async function subgraphPorts(plan: UpPlan): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  for (const { name, port } of plan.subgraphs)
    ports[name] = await internalPort(port, plan.givenPorts[name], `${name.toUpperCase()}_PORT`);
  return ports;
}
