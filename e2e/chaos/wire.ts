import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The line between one consumer and the gateway, which can be cut and stopped up. */
export interface Wire extends AsyncDisposable {
  /** Where the consumer reaches the gateway. */
  readonly url: string;
  /** How many connections have reached the gateway. */
  readonly connections: number;
  /** Destroys the sockets of the moment. */
  cut(): void;
  /** Takes nothing more from the gateway, as a client that does not read, until it is told to. */
  stall(): void;
  resume(): void;
}

/** Lays a wire to the server that `targetUrl` names. */
export async function layWire(targetUrl: string): Promise<Wire> {
  const { hostname, port, pathname } = new URL(targetUrl);
  const pairs = new Map<Socket, Socket>();
  let isStalled = false;
  let connections = 0;

  const server = createServer((client) => {
    const gateway = connect(Number(port), hostname);
    pairs.set(client, gateway);
    gateway.once('connect', () => connections++);
    const end = () => {
      pairs.delete(client);
      client.destroy();
      gateway.destroy();
    };
    for (const socket of [client, gateway]) socket.on('error', () => undefined).on('close', end);
    client.pipe(gateway);
    gateway.pipe(client);
    if (isStalled) gateway.unpipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the wire has no address');

  const cut = () => {
    for (const client of pairs.keys()) client.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}${pathname}`,
    get connections() {
      return connections;
    },
    cut,
    stall() {
      if (isStalled) return;
      isStalled = true;
      for (const [client, gateway] of pairs) gateway.unpipe(client);
    },
    resume() {
      // Whoever pipes twice sends everything twice.
      if (!isStalled) return;
      isStalled = false;
      for (const [client, gateway] of pairs) gateway.pipe(client);
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
