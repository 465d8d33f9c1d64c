import { type CursorStore, createKronosClient, KronosError } from '@kronos/client';
import { fileCursor } from '@kronos/client/file-cursor';
import { StartError } from '@kronos/service/run-service';
import { z } from 'zod';
import { type GraphFlags, readGraphAddress } from '../graph-address.ts';
import { printLine, ReaderGone } from '../listen/print-line.ts';
import { readDocument } from '../listen/read-document.ts';
import { createTerminal } from '../terminal.ts';

/** What `kronos listen` takes from its command line. */
export interface ListenFlags extends GraphFlags {
  variables?: string;
  from?: string;
  cursorFile?: string;
}

/**
 * `kronos listen`: prints each event of a subscription as one line of JSON, until the subscription ends, Ctrl-C, or the
 * reader of the lines has enough. Standard output has events alone; what happens to the connection is on standard error.
 *
 * @throws StartError when the graph refuses for good, or the command line is not right
 */
export async function listen(argument: string, flags: ListenFlags): Promise<void> {
  const [document, { url, token }] = await Promise.all([readDocument(argument), readGraphAddress(flags)]);
  const variables = readVariables(flags.variables);
  const { say, warn } = createTerminal((text) => process.stderr.write(text));

  const ending = new AbortController();
  // Once: who is in a hurry presses twice.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  // Told to who writes; without a listener it would be a crash.
  process.stdout.on('error', () => undefined);

  const client = createKronosClient({
    url,
    token,
    onOpen: (cursor) => say(`Listening to ${url}${cursor === undefined ? '' : ` after ${cursor}`}`),
    onRetry: ({ reason, delayMs }) => warn(`${reason.message} Again in ${(delayMs / 1_000).toFixed(1)} s.`),
  });
  try {
    const events = client.subscribe(document, variables, {
      from: flags.from,
      cursor: flags.cursorFile === undefined ? undefined : sayingWhere(flags.cursorFile),
      signal: ending.signal,
    });
    for await (const event of events) await printLine(JSON.stringify(event));
  } catch (error) {
    if (error instanceof ReaderGone) return;
    if (error instanceof KronosError) throw new StartError(sentenceOf(error));
    throw error;
  }
}

function readVariables(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new StartError(`The variables ${text} are not an object of JSON, such as {"id": "user_…"}.`);
  }
}

/** A file whose faults say what to do. */
function sayingWhere(path: string): CursorStore {
  const file = fileCursor(path);
  const fail = (error: Error) => {
    throw new StartError(`The cursor cannot be kept in ${path}: ${error.message}`);
  };
  return { load: () => file.load().catch(fail), save: (cursor) => file.save(cursor).catch(fail) };
}

function sentenceOf({ code, message }: KronosError): string {
  const sentence = `${message} (${code})`;
  if (code === 'SUBSCRIPTION_CURSOR_EXPIRED')
    return `${sentence} What was missed is not kept any more: begin anew without that cursor.`;
  if (code === 'UNAUTHENTICATED') return `${sentence} Give a valid token with --token or KRONOS_TOKEN.`;
  return sentence;
}
