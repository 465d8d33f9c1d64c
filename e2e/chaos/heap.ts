import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../kit/resuming-listener.ts';

/** What a system needs in its environment so that the heaps of its processes can be measured. */
export const measurable = { NODE_OPTIONS: '--inspect-port=0' };

/** Measures the heap of one running Node process. */
export interface HeapMeter {
  /** Bytes that are in use once everything that can go has gone. */
  usedBytes(): Promise<number>;
  close(): void;
}

/**
 * Opens the inspector of a process that was started with `measurable`.
 *
 * @param part names the log in which the process says where its inspector is
 */
export async function openHeapMeter(pid: number, home: string, part: string): Promise<HeapMeter> {
  const log = join(home, 'logs', `${part}.log`);
  const findUrl = () =>
    /Debugger listening on (ws:\S+)(?![\s\S]*Debugger listening)/.exec(readFileSync(log, 'utf8'))?.[1];
  process.kill(pid, 'SIGUSR1');
  await waitUntil(() => findUrl() !== undefined, 10_000);
  const socket = new WebSocket(findUrl()!);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`the inspector of ${part} does not answer`));
  });
  const waiting = new Map<number, (result: Record<string, number>) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(data);
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  let last = 0;
  const call = (method: string) =>
    new Promise<Record<string, number>>((resolve) => {
      waiting.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method }));
    });

  return {
    async usedBytes() {
      // What a finaliser lets go is collected by the next round.
      for (const _round of [1, 2, 3]) await call('HeapProfiler.collectGarbage');
      return (await call('Runtime.getHeapUsage')).usedSize!;
    },
    close: () => socket.close(),
  };
}
