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

/** Waits for a letter to an address whose link leads to `action`, and gives the token in it, unless it is `not`. */
export async function tokenIn(email: string, action: string, not?: string): Promise<string> {
  let found: string | undefined;
  await waitUntil(async () => {
    const tokens = (await lettersTo(email)).map(
      ({ text }) => new RegExp(`/account/${action}\\?token=([\\w-]+)`).exec(text)?.[1],
    );
    found = tokens.find((token) => token !== undefined && token !== not);
    return found !== undefined;
  }, 20_000);
  return found as string;
}
