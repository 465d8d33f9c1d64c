import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from '@kronos/service';
import { type FoundSupergraph, isUrl, readSupergraph } from './read-supergraph.ts';

/** How often a file's time of change is looked at; polling sees atomic renames and mounted volumes, watching does not. */
const fileIntervalMs = 500;

export interface FollowOptions {
  location: string;
  /** What has been read already. */
  found: FoundSupergraph;
  pollSeconds: number;
  /** Called with each new SDL; a rejection is logged and the old version stays. */
  update(sdl: string): Promise<unknown>;
  logger: Logger;
}

/** Looks for newer versions of a supergraph until it is closed. */
export function followSupergraph(options: FollowOptions): { close(): void } {
  const { location, logger } = options;
  let { found } = options;
  let turn: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    try {
      const next = await readSupergraph(location, found.etag);
      if (!next || next.sdl === found.sdl) return;
      found = next;
      await options.update(next.sdl);
      logger.info({ location }, 'serving a new version of the supergraph');
    } catch (error) {
      logger.error({ err: error, location }, 'the supergraph was not updated; the version before is served');
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
