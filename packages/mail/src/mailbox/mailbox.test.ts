import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeLetter } from '../letter.ts';
import { createSmtp, type Send } from '../smtp.ts';
import { type Mailbox, openMailbox } from './mailbox.ts';

let mailbox: Mailbox;
let smtp: Send;
beforeAll(async () => {
  mailbox = await openMailbox({ smtpPort: 0, port: 0 });
  smtp = createSmtp({ url: mailbox.smtpUrl, from: 'Kronos <no-reply@kronos.example>' });
});
afterAll(async () => {
  smtp.close();
  await mailbox[Symbol.asyncDispose]();
});

const letterTo = (to: string) =>
  writeLetter({
    to,
    subject: 'Größe <b>',
    paragraphs: ['Hello'],
    action: { label: 'Open', url: 'https://example.com/x?token=1' },
  });

test('what is sent arrives, with its id and date, for programs and for people', async () => {
  const writtenAt = new Date('2026-11-30T08:00:00Z');
  await smtp.send(letterTo('ada@example.com'), 'letter-1', writtenAt);
  const mails = await (await fetch(`${mailbox.url}mails.json?to=Ada@example.com`)).json();
  expect(mails).toEqual([
    {
      id: 1,
      from: '"Kronos" <no-reply@kronos.example>',
      to: ['ada@example.com'],
      subject: 'Größe <b>',
      date: writtenAt.toISOString(),
      messageId: '<letter-1@kronos.example>',
      text: 'Hello\n\nOpen:\nhttps://example.com/x?token=1\n',
      html: expect.stringContaining('<p'),
    },
  ]);
  expect(await (await fetch(mailbox.url)).text()).toContain('<a href="/mails/1">Größe &lt;b&gt;</a>');
  expect(await (await fetch(`${mailbox.url}mails/1`)).text()).toContain(
    '<a href="https://example.com/x?token=1"',
  );
  const body = await fetch(`${mailbox.url}mails/1/body`);
  expect(body.headers.get('content-security-policy')).toMatch(/^sandbox allow-popups .*default-src 'none'/);
  expect((await fetch(`${mailbox.url}mails/99`)).status).toBe(404);
});

test('what looks like two addresses is not two recipients', async () => {
  const two = letterTo('a@example.com, b@example.com');
  await expect(smtp.send(two, 'letter-2', new Date())).rejects.toThrow();
  expect(await (await fetch(`${mailbox.url}mails.json?to=b@example.com`)).json()).toEqual([]);
});

test('only the last two hundred are kept', async () => {
  await Promise.all(
    Array.from({ length: 205 }, (_, index) =>
      smtp.send(letterTo(`p${index}@example.com`), `many-${index}`, new Date()),
    ),
  );
  expect(await (await fetch(`${mailbox.url}mails.json`)).json()).toHaveLength(200);
});

test('a page that has taken this machine’s address under a name of its own reads nothing', async () => {
  const { port } = new URL(mailbox.url);
  const status = await new Promise((resolve) =>
    request(
      { host: '127.0.0.1', port, path: '/mails.json', headers: { host: 'evil.example' } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    ).end(),
  );
  expect(status).toBe(421);
});
