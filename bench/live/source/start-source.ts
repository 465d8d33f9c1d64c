import { fileURLToPath } from 'node:url';
import { type BenchProcess, startProcess } from '../../federation/processes/start-process.ts';

/** The subgraph that owns the subscription. */
export interface Source {
  readonly url: string;
  readonly process: BenchProcess;
  /** The number of the event that was published last. */
  readonly last: number;
  /** Publishes the next event and gives its number. */
  publish(): number;
}

export async function startSource(core: number): Promise<Source> {
  const child = startProcess({
    name: 'source',
    args: [fileURLToPath(new URL('./server.ts', import.meta.url))],
    core,
  });
  let last = 0;
  return {
    url: await child.ask<string>('url', 'url'),
    process: child,
    get last() {
      return last;
    },
    publish() {
      child.tell('publish');
      last++;
      return last;
    },
  };
}
