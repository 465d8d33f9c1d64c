import { watch } from 'node:fs';
import { join, sep } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';

/** What a change of a source file asks for. */
export interface Reaction {
  /** Names of the parts that run the changed code. */
  restart: string[];
  isSchema: boolean;
}

const quietMs = 200;
const sources: [folder: string, parts: string[]][] = [
  ['subgraphs', ['subgraphs']],
  ['packages/subgraph', ['subgraphs']],
  ['packages/events', ['subgraphs', 'gateway']],
  ['packages/service', ['subgraphs', 'gateway']],
  ['packages/engine', ['gateway']],
  ['apps/gateway', ['gateway']],
];

/**
 * What a changed file asks for.
 *
 * @param folder the watched folder that it is in
 * @param file its path in there
 * @returns null for a file that no running process has read
 */
export function reactionTo(folder: string, file: string): Reaction | null {
  if (file.endsWith('schema.graphql')) return { restart: ['subgraphs'], isSchema: true };
  const isCode = file.endsWith('.ts') && !file.endsWith('.test.ts');
  const isOurs = !file.split(sep).some((part) => part === 'node_modules' || part === '__generated__');
  const parts = sources.find(([source]) => source === folder)?.[1] ?? [];
  return isCode && isOurs && parts.length > 0 ? { restart: parts, isSchema: false } : null;
}

/**
 * Watches the sources of the gateway and of the subgraphs.
 *
 * @param react told what to do once no further file has changed for a moment
 * @returns ends the watching
 */
export function watchSources(react: (reaction: Reaction) => void): () => void {
  let pending: Reaction | null = null;
  let timer: NodeJS.Timeout | undefined;
  const watchers = sources.map(([folder]) =>
    watch(join(repositoryRoot, folder), { recursive: true }, (_event, file) => {
      const reaction = file && reactionTo(folder, file);
      if (!reaction) return;
      pending = {
        restart: [...new Set([...(pending?.restart ?? []), ...reaction.restart])],
        isSchema: reaction.isSchema || (pending?.isSchema ?? false),
      };
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (pending) react(pending);
        pending = null;
      }, quietMs);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
