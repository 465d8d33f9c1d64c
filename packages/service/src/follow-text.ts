import { unwatchFile, watchFile } from 'node:fs';
import { type FoundText, isUrl, readText, type TextSource } from './read-text.ts';

/** How often a file's time of change is looked at; polling sees atomic renames and mounted volumes, watching does not. */
const fileIntervalMs = 500;

export interface FollowTextOptions extends TextSource {
  /** What has been read already; undefined when nothing has. */
  found: FoundText | undefined;
  /** Seconds between two looks at a URL. */
  pollSeconds: number;
  /** Called with each new text, one after the other; a rejection is told to `onFault`. */
  update(text: string): Promise<unknown>;
  /** Told why a look has brought nothing. */
  onFault(error: unknown): void;
}

/** Looks for newer versions of a text until it is closed. */
export function followText(options: FollowTextOptions): { close(): void } {
  const { location } = options;
  let { found } = options;
  let turn: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    try {
      const next = await readText(options, found?.etag);
      if (!next || next.text === found?.text) return;
      found = next;
      await options.update(next.text);
    } catch (error) {
      options.onFault(error);
    }
  }
  const lookInTurn = () => {
    turn = turn.then(look);
  };

  if (isUrl(location)) {
    const timer = setInterval(lookInTurn, options.pollSeconds * 1_000);
    timer.unref();
    return { close: () => clearInterval(timer) };
  }
  watchFile(location, { interval: fileIntervalMs, persistent: false }, lookInTurn);
  return { close: () => unwatchFile(location, lookInTurn) };
}
