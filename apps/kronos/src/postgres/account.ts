import { StartError } from '@kronos/service/run-service';
import { run } from '../processes/run.ts';

/** The user that a PostgreSQL server runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * Whom PostgreSQL runs as: ourselves, or for root, whom it refuses, the system's user for it, made when there is none.
 *
 * @throws StartError when root cannot make that user
 */
export async function postgresAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return (await systemAccount()) ?? (await makeSystemAccount());
}

async function systemAccount(): Promise<Account | null> {
  for (const name of ['postgres', '_postgres']) {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    if (uid.code === 0 && gid.code === 0) return { uid: Number(uid.output), gid: Number(gid.output) };
  }
  return null;
}

async function makeSystemAccount(): Promise<Account> {
  const commands: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'postgres']],
    // Alpine and BusyBox have no useradd.
    ['adduser', ['-S', '-D', '-H', '-s', '/bin/false', 'postgres']],
  ];
  for (const [command, args] of commands) {
    await run(command, args).catch(() => undefined);
    const account = await systemAccount();
    if (account) return account;
  }
  throw new StartError(
    'PostgreSQL does not run as root, and the system user `postgres` could not be made for it: make one, ' +
      'start Kronos as an ordinary user, or name a PostgreSQL server in DATABASE_URL.',
  );
}
