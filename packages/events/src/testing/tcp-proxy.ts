import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, to let the server go away and come back. */
export interface TcpProxy {
  /** The server's URL with the proxy's port. */
  url: string;
  /** Breaks all connections and refuses new ones. */
  cut(): void;
  mend(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a proxy in front of the server that `serverUrl` names. It begins whole. */
export async function startTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  const url = Object.assign(new URL(serverUrl), { hostname: '127.0.0.1', port: String(address.port) }).href;
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url,
    cut() {
      isCut = true;
      breakAll();
    },
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      isCut = true;
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
