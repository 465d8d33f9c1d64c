import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { answer } from './answer.ts';
import type { ReceivedMail } from './received-mail.ts';

/** A mail server that delivers to a page. */
export interface Mailbox extends AsyncDisposable {
  /** Where mail is sent to: for SMTP_URL. */
  smtpUrl: string;
  /** Where it is read. `mails.json` below it is the same for programs. */
  url: string;
}

const kept = 200;
const longestMail = 1 << 20;

/**
 * Opens a mailbox for development: it takes every mail, whomever it is to, and shows it to whoever asks on this machine. It
 * keeps the last 200 in memory. Never for production, where such a page would let anybody in everywhere.
 *
 * @param options.smtpPort, options.port 0 takes any free one
 */
export async function openMailbox(options: { smtpPort: number; port: number }): Promise<Mailbox> {
  const mails: ReceivedMail[] = [];
  let count = 0;
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: longestMail,
    async onData(stream, session, done) {
      try {
        const mail = await simpleParser(stream, { maxHtmlLengthToParse: longestMail });
        if (stream.sizeExceeded)
          return done(Object.assign(new Error('The mail is too large.'), { responseCode: 552 }));
        count += 1;
        mails.unshift({
          id: count,
          from: mail.from?.text ?? '',
          to: session.envelope.rcptTo.map(({ address }) => address),
          subject: mail.subject ?? '',
          date: mail.date ?? new Date(),
          messageId: mail.messageId ?? null,
          text: mail.text ?? '',
          html: mail.html || null,
        });
        mails.length = Math.min(mails.length, kept);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // A client that breaks off is its own affair.
  smtp.on('error', () => undefined);
  const http = createServer((request, response) => answer(request, response, mails));
  await using opened = new AsyncDisposableStack();
  const smtpPort = await listen(smtp.server as unknown as Server, options.smtpPort);
  opened.defer(() => new Promise<void>((resolve) => smtp.close(resolve)));
  const port = await listen(http, options.port);
  opened.defer(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  const everything = opened.move();
  return {
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    url: `http://localhost:${port}/`,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
