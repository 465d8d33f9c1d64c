import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { runService } from '@kronos/service/run-service';
import { Command, InvalidArgumentError } from 'commander';
import type { ListenFlags } from './commands/listen.ts';
import type { NewFlags } from './commands/new.ts';
import type { PublishFlags, UnusedFlags } from './commands/operations.ts';
import { sentenceFor } from './failure.ts';

// Each command's code is loaded when it runs: `kronos up` does not carry the schema engine, nor `migrate` the composition.
const program = new Command('kronos')
  .description('Starts and tends the Kronos graph.')
  .showHelpAfterError('(--help tells more)');

program
  .command('up')
  .description('start everything: PostgreSQL, Redis, databases, migrations, subgraphs, gateway')
  .addHelpText('after', '\nThe environment variables that it reads are listed in .env.example.')
  .option('--watch', 'restart subgraphs and gateway when their sources change')
  .action(async (options: { watch?: boolean }) =>
    (await import('./up/up.ts')).up({ isWatching: options.watch ?? false }),
  );

program
  .command('serve')
  .description(
    'serve subgraphs in one process, each on its own port, and the gateway with them if it is named',
  )
  .argument('<name...>', 'names of folders of subgraphs/, or gateway, which calls the others directly')
  .action(async (names: string[]) => {
    const { serve } = await import('./commands/serve.ts');
    await runService(() => serve(names));
  });

const migrate = program.command('migrate').description('bring the databases to what the migrations say');
migrate
  .command('status')
  .description('show what is applied and what is pending')
  .action(() => toTheEnd(async () => (await import('./commands/migrate.ts')).migrateStatus()));
migrate
  .command('run')
  .description('apply what is pending')
  .option('--dry-run', 'print the SQL and change nothing')
  .action((options: { dryRun?: boolean }) =>
    toTheEnd(async () =>
      (await import('./commands/migrate.ts')).migrateRun({ isDryRun: options.dryRun ?? false }),
    ),
  );

program
  .command('compose')
  .description('compose the schema files of supergraph.yaml into supergraph.graphql')
  .option('--check', 'only check that supergraph.graphql is fresh')
  .action((options: { check?: boolean }) =>
    toTheEnd(async () =>
      (await import('./commands/compose.ts')).compose({ isCheck: options.check ?? false }),
    ),
  );

program
  .command('seed')
  .description('put into the databases what the graph cannot do without')
  .action(() => toTheEnd(async () => (await import('./commands/seed.ts')).seed()));

program
  .command('listen')
  .description('subscribe, and print each event as one line of JSON')
  .argument('<document>', 'a subscription, a file that holds one, or - for standard input')
  .option('--url <url>', 'where the graph is; the one that runs on this machine when omitted')
  .option('--token <token>', 'an access token; the variable KRONOS_TOKEN when omitted')
  .option('--variables <json>', 'the variables of the document, e.g. \'{"id": "user_…"}\'')
  .option('--from <cursor>', 'begin after this event; with what happens from now on when omitted')
  .option(
    '--cursor-file <path>',
    'keep the position in a file and go on from it, which counts more than --from',
  )
  .addHelpText('after', '\nIt resumes by itself after every loss of connection. Ctrl-C ends it.')
  .action((document: string, flags: ListenFlags) =>
    toTheEnd(async () => (await import('./commands/listen.ts')).listen(document, flags)),
  );

const operations = program
  .command('operations')
  .description('stored operations, which clients send by their hash');
operations
  .command('publish')
  .description('store the operations of a manifest')
  .argument(
    '<manifest>',
    "what @apollo/generate-persisted-query-manifest or GraphQL Code Generator's client preset has written",
  )
  .option('--client <id>', 'the one client application that they are for; everybody when omitted')
  .option('--url <url>', 'where the graph is; the one that runs on this machine when omitted')
  .option('--token <token>', 'an access token; the variable KRONOS_TOKEN when omitted')
  .addHelpText('after', '\nIt needs the scope router:write. Exit code 1: some operations were refused.')
  .action((manifest: string, flags: PublishFlags) =>
    toTheEnd(async () => (await import('./commands/operations.ts')).publishOperations(manifest, flags)),
  );
operations
  .command('unused')
  .description('print the stored operations that nobody uses, one a line')
  .option('--since <duration>', 'how long ago the last use may be, such as 90d, 12h or P90D', '30d')
  .option('--client <id>', 'only those of this client application')
  .option('--url <url>', 'where the graph is; the one that runs on this machine when omitted')
  .option('--token <token>', 'an access token; the variable KRONOS_TOKEN when omitted')
  .addHelpText('after', '\nIt needs the scope router:read.')
  .action((flags: UnusedFlags) =>
    toTheEnd(async () => (await import('./commands/operations.ts')).unusedOperations(flags)),
  );

const backup = program
  .command('backup')
  .description("backups of all domains' databases: made, checked, restored");
backup
  .command('create')
  .description('back up every domain, or some of them, as of now; prints the id of the backup')
  .option('--domain <name...>', 'only these')
  .addHelpText(
    'after',
    '\nThey are kept in KRONOS_HOME/backups, KRONOS_BACKUP_FOLDER or KRONOS_BACKUP_URL (S3).',
  )
  .action((flags: { domain?: string[] }) =>
    toTheEnd(async () => (await import('./commands/backup.ts')).backupCreate(flags)),
  );
backup
  .command('list')
  .description('print what the storage has, newest first')
  .option('--json', 'with everything that the manifests say')
  .action((flags: { json?: boolean }) =>
    toTheEnd(async () => (await import('./commands/backup.ts')).backupList(flags)),
  );
backup
  .command('verify')
  .description('read a backup, or all of them, and compare with the manifest')
  .argument('[backup]', 'its id; all, when omitted')
  .option('--restore', 'restore into databases that are dropped again, and compare every row')
  .addHelpText('after', '\nExit code 1: something is wrong with a backup.')
  .action((id: string | undefined, flags: { restore?: boolean }) =>
    toTheEnd(async () => (await import('./commands/backup.ts')).backupVerify(id, flags)),
  );
backup
  .command('restore')
  .description('restore a backup: beside, then, once it is checked, into place')
  .argument('<backup>', 'its id')
  .option('--domain <name...>', 'only these')
  .option('--force', 'also where there is data, which is put aside')
  .option('--beside', 'only into new databases')
  .addHelpText('after', '\nExit code 3: there is data, and no --force.')
  .action((id: string, flags: { force?: boolean; beside?: boolean; domain?: string[] }) =>
    toTheEnd(async () => (await import('./commands/backup.ts')).backupRestore(id, flags)),
  );
backup
  .command('prune')
  .description('remove old backups; the last good one of each domain stays always')
  .option('--keep <number>', 'so many of the newest stay', wholeNumber)
  .option('--older-than <days>', 'younger ones stay', wholeNumber)
  .action((flags: { keep?: number; olderThan?: number }) =>
    toTheEnd(async () => (await import('./commands/backup.ts')).backupPrune(flags)),
  );
backup
  .command('self-test')
  .description('back up a small database of its own, restore it, compare, and remove both')
  .action(() => toTheEnd(async () => (await import('./commands/backup.ts')).backupSelfTest()));
backup
  .command('targets')
  .description('print the databases that a backup has')
  .action(() => toTheEnd(async () => (await import('./commands/backup.ts')).backupTargets()));

const keys = program.command('keys').description('the master keys, which encrypt what lies in the databases');
keys
  .command('rotate-master')
  .description(
    'put a new master key before the others; processes that run take it up and seal everything anew',
  )
  .addHelpText('after', '\nOlder keys stay in the file: backups from before can be read by nothing else.')
  .action(() => toTheEnd(async () => (await import('./commands/keys.ts')).rotateMasterKey()));

program
  .command('new')
  .description('write a new domain: subgraph, database, events, and its entries wherever domains are listed')
  .argument('<domain>', 'its name in lower-case letters, e.g. inventory')
  .option('--aggregate <Name>', 'the first thing that it owns, e.g. StockItem; asked for when omitted')
  .option('--port <number>', 'the port of its subgraph; the next one when omitted')
  .option('--no-install', 'leave npm install to you')
  .action((domain: string, flags: NewFlags) =>
    toTheEnd(async () => (await import('./commands/new.ts')).createDomain(domain, flags)),
  );

program
  .command('setup')
  .description('make keys, roles and databases, migrate and seed: what containers need before they start')
  .action(() => toTheEnd(async () => (await import('./commands/setup.ts')).setup()));

// Variables that are set already win over the file.
const environmentFile = join(repositoryRoot, '.env');
if (existsSync(environmentFile)) process.loadEnvFile(environmentFile);

await program.parseAsync();

/** Runs a command that ends by itself; a failure is one sentence and exit code 1. */
async function toTheEnd(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.exitCode = (error as { exitCode?: number }).exitCode ?? 1;
    process.stderr.write(`${sentenceFor(error) ?? (error instanceof Error ? error.stack : String(error))}\n`);
  }
  // The schema engine leaves a timer of ten seconds behind.
  process.exit();
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no whole number.');
}
