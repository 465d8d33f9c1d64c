import { once } from 'node:events';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose } from '@kronos/engine/testing';

export interface ScriptedAnswer {
  status?: number;
  headers?: OutgoingHttpHeaders;
  body: unknown;
}

/** A request that a subgraph has got; whether its connection has been given up shows on `request.destroyed`. */
export interface SeenRequest {
  query: string;
  variables: Record<string, unknown>;
  request: IncomingMessage;
}

/** A graph whose subgraphs answer what a test tells them to, over real HTTP. */
export interface ScriptedGraph extends AsyncDisposable {
  supergraphSdl: string;
  /** By subgraph, in the order of their arrival. */
  seen: Record<string, SeenRequest[]>;
}

/** Composes subgraphs from SDL and a function that gives the answer to each request. */
export async function startScriptedGraph(
  subgraphs: Record<
    string,
    { sdl: string; answer(seen: SeenRequest): ScriptedAnswer | Promise<ScriptedAnswer> }
  >,
): Promise<ScriptedGraph> {
  const seen: ScriptedGraph['seen'] = {};
  const services: Record<string, { sdl: string; url: string }> = {};
  const servers = Object.entries(subgraphs).map(([name, { sdl, answer }]) => {
    seen[name] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { query, variables = {} } = JSON.parse(Buffer.concat(chunks).toString());
      const one = { query, variables, request };
      seen[name]!.push(one);
      const { status = 200, headers, body } = await answer(one);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    return { name, sdl, server };
  });
  for (const { name, sdl, server } of servers) {
    if (!server.listening) await once(server, 'listening');
    services[name] = { sdl, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }
  return {
    supergraphSdl: compose(services),
    seen,
    async [Symbol.asyncDispose]() {
      for (const { server } of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
