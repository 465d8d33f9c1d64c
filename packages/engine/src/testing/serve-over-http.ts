import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLError } from 'graphql';
import type { LocalSubgraph } from '../local/local-subgraph.ts';

/** A subgraph behind HTTP that could live in the engine's process as well. */
export interface HttpSubgraph extends AsyncDisposable {
  readonly url: string;
  /** How many it has got. */
  readonly requests: number;
}

/** Serves a subgraph as an honest server would: JSON, 400 for what it refuses with a code, 500 for what it did not expect. */
export async function serveOverHttp(subgraph: LocalSubgraph): Promise<HttpSubgraph> {
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    try {
      const result = await subgraph(JSON.parse(Buffer.concat(chunks).toString()), {});
      send(response, 200, result);
    } catch (error) {
      const isCoded = error instanceof GraphQLError && error.extensions.code;
      send(response, isCoded ? 400 : 500, isCoded ? { errors: [error] } : {});
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
