import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** Nodes that share the slots among them; nothing is kept on disk but what they know of each other. */
export interface RedisCluster extends AsyncDisposable {
  /** Of all nodes, with commas between them. */
  url: string;
  /** A connection to each node that is not under test. */
  nodes: readonly Redis[];
}

const slotCount = 16_384;
/** Redis's nodes talk to each other at a port that is so much higher, which must be below 65,536. */
const busOffset = 10_000;

/** Starts three `redis-server` in cluster mode. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'kronos-redis-cluster-'));
  const ports = await freePorts(3);
  const children = ports.map((port) => launch(port, folder));
  const nodes = ports.map((port) => {
    const node = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
    node.on('error', () => {});
    return node;
  });
  await Promise.all(nodes.map((node) => node.ping()));
  await Promise.all(
    nodes.map((node, index) => {
      const first = Math.floor((slotCount * index) / nodes.length);
      const last = Math.floor((slotCount * (index + 1)) / nodes.length) - 1;
      return node.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
    }),
  );
  for (const port of ports.slice(1)) await nodes[0]!.call('CLUSTER', 'MEET', '127.0.0.1', port);
  await Promise.all(nodes.map(isWhole));

  return {
    url: ports.map((port) => `redis://127.0.0.1:${port}`).join(','),
    nodes,
    async [Symbol.asyncDispose]() {
      for (const node of nodes) node.disconnect();
      await Promise.all(children.map(kill));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until a node knows who has which slot: each of them has to hear it from the others. */
async function isWhole(node: Redis): Promise<void> {
  for (;;) {
    const info = String(await node.call('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${slotCount}`)) return;
    await new Promise(setImmediate);
  }
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function launch(port: number, folder: string): ChildProcess {
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', `${port}.conf`];
  const child = spawn('redis-server', [...options, ...cluster], { stdio: 'ignore' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    if (port + busOffset < 65_536) ports.add(port);
    else ports.add(port - busOffset);
  }
  return [...ports];
}
