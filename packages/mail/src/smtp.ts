import { createTransport } from 'nodemailer';
import type { Letter } from './letter.ts';

/** Hands a letter to the mail server; rejects when that has not taken it. */
export interface Send {
  /**
   * @param id the same whenever the same letter is sent again, by which receivers drop the second one
   * @param writtenAt the letter's date
   */
  send(letter: Letter, id: string, writtenAt: Date): Promise<void>;
  close(): void;
}

const second = 1_000;

/**
 * Creates the way to a mail server.
 *
 * @param options.url `smtp:` (which goes on with STARTTLS where the server offers it) or `smtps:`, with user and password
 * @param options.from an address, or a name with the address in angle brackets
 */
export function createSmtp(options: { url: string; from: string }): Send {
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: 5,
    dnsTimeout: 10 * second,
    connectionTimeout: 10 * second,
    greetingTimeout: 10 * second,
    socketTimeout: 20 * second,
    // A letter is text: it names no files, and no addresses from where to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = options.from.replace(/^.*@|>$/g, '');
  return {
    async send(letter, id, writtenAt) {
      await transport.sendMail({
        ...letter,
        // As an object: a string would be parsed as a list of addresses.
        to: { name: '', address: letter.to },
        from: options.from,
        date: writtenAt,
        messageId: `<${id}@${domain}>`,
        // RFC 3834: no automatic answers, please.
        headers: { 'auto-submitted': 'auto-generated' },
      });
    },
    close: () => transport.close(),
  };
}
