import { createSmtp, writeLetter } from '@kronos/mail';
import { expect, test } from 'vitest';
import { readPlan } from './environment.ts';
import { openDevelopmentMailbox } from './mailbox.ts';

test('while developing without a mail server there is a mailbox', async () => {
  await using mailbox = await openDevelopmentMailbox(await readPlan({}));
  const smtp = createSmtp({ url: mailbox!.smtpUrl, from: 'no-reply@kronos.example' });
  await smtp.send(writeLetter({ to: 'ada@example.com', subject: 'Hello', paragraphs: [] }), '1', new Date());
  smtp.close();
  expect(await (await fetch(mailbox!.url)).text()).toContain('Hello');
});

test.each([
  ['with a mail server', { SMTP_URL: 'smtp://mail.example.com' }],
  ['in production', { NODE_ENV: 'production' }],
])('%s there is none', async (_where, environment) => {
  expect(await openDevelopmentMailbox(await readPlan(environment))).toBeNull();
});
