import type { Mailbox } from '@kronos/mail/mailbox';
import type { UpPlan } from './environment.ts';
import { internalPort } from './ports.ts';

/**
 * Opens the mailbox that development has in the place of a mail server.
 *
 * @returns null when there is a server (SMTP_URL), and in production, where nobody may read the mail of all
 */
export async function openDevelopmentMailbox(plan: UpPlan): Promise<Mailbox | null> {
  if (plan.SMTP_URL || plan.NODE_ENV === 'production') return null;
  const smtpPort = await internalPort(13_025, undefined, '');
  const port = await internalPort(13_080, plan.KRONOS_MAILBOX_PORT, 'KRONOS_MAILBOX_PORT');
  // Loaded only where it is used: parsing mail is a lot of code.
  const { openMailbox } = await import('@kronos/mail/mailbox');
  return openMailbox({ smtpPort, port });
}
