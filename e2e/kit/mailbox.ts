import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { waitUntil } from './resuming-listener.ts';

/** A letter as it has arrived in the mailbox that `kronos up` opens. */
export interface Letter {
  subject: string;
  text: string;
}

/** All letters to an address, the newest first. */
export async function lettersTo(email: string, home = inject('kronosHome')): Promise<Letter[]> {
  const { mailboxUrl } = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')) as { mailboxUrl: string };
  const response = await fetch(`${mailboxUrl}mails.json?to=${encodeURIComponent(email)}`);
  return response.json() as Promise<Letter[]>;
}

/** Waits for a letter to an address with a link for `action`, and gives the link, unless its token is `not`. */
export async function linkIn(email: string, action: string, not?: string): Promise<URL> {
  let found: URL | undefined;
  await waitUntil(async () => {
    const links = (await lettersTo(email)).map(({ text }) =>
      URL.parse(new RegExp(`https?://\\S+/account/${action}\\?token=[\\w-]+`).exec(text)?.[0] ?? ''),
    );
    found = links.find((link) => link !== null && link.searchParams.get('token') !== not) ?? undefined;
    return found !== undefined;
  }, 20_000);
  return found as URL;
}

/** Waits for a letter to an address whose link leads to `action`, and gives the token in it, unless it is `not`. */
export async function tokenIn(email: string, action: string, not?: string): Promise<string> {
  return (await linkIn(email, action, not)).searchParams.get('token')!;
}
