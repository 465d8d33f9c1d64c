import { join } from 'node:path';
import { type Credentials, credentialsFile } from './credentials.ts';
import type { UpPlan } from './environment.ts';

/** What a start tells in the end: where everything is, and as the last line that it is ready. */
export function introduction(options: {
  publicUrl: string;
  home: string;
  plan: UpPlan;
  credentials: Credentials;
  /** Where mail is read; null when a mail server takes it. */
  mailboxUrl: string | null;
}): string[] {
  const { publicUrl, home, plan, credentials, mailboxUrl } = options;
  const email = plan.KRONOS_ADMIN_EMAIL ?? credentials.administrator.email;
  const password = plan.KRONOS_ADMIN_PASSWORD
    ? 'as KRONOS_ADMIN_PASSWORD says'
    : `${credentials.administrator.password}   (kept in ${credentialsFile(home)})`;
  return [
    '',
    `  GraphQL        ${publicUrl}/graphql`,
    `  Apollo Sandbox ${publicUrl}/`,
    `  Explorer       ${publicUrl}/explorer   (works offline)`,
    ...(mailboxUrl ? [`  Mailbox        ${mailboxUrl}   (all mail that Kronos sends)`] : []),
    `  Administrator  ${email}`,
    `  Password       ${password}`,
    `  Logs           ${join(home, 'logs')}`,
    '  Stop           Ctrl-C',
    '',
    `Kronos is ready: ${publicUrl}/graphql`,
  ];
}
