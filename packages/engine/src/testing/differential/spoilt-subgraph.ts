import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type FormattedExecutionResult, parse } from 'graphql';

type Module = Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number];
type Resolvers = Extract<Module, { resolvers?: unknown }>['resolvers'];

/** What a subgraph's honest answer becomes, and how it is sent. */
export type Spoil = (exchange: {
  result: FormattedExecutionResult;
  response: ServerResponse;
  request: IncomingMessage;
}) => void;

/** A subgraph that knows the right answer, and gives what `spoil` makes of it. */
export interface SpoiltSubgraph extends AsyncDisposable {
  readonly url: string;
  spoil: Spoil;
}

export async function startSpoiltSubgraph(sdl: string, resolvers: Resolvers): Promise<SpoiltSubgraph> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const result = await execute({ schema, document: parse(query), variableValues: variables });
    subgraph.spoil({ result: JSON.parse(JSON.stringify(result)), response, request });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const subgraph: SpoiltSubgraph = {
    url: `http://127.0.0.1:${port}/`,
    spoil: ({ result, response }) => send(response, 200, JSON.stringify(result)),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return subgraph;
}

/** Answers with a status and a body, as JSON unless another type is given. */
export function send(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'application/json',
): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

/** Always this answer. */
export const answer =
  (status: number, body: string, type?: string): Spoil =>
  ({ response }) =>
    send(response, status, body, type);

/** A changed copy of the right answer. */
export const change =
  (edit: (entities: Record<string, unknown>[], result: Record<string, unknown>) => unknown): Spoil =>
  ({ result, response }) => {
    const data = result.data as { _entities: Record<string, unknown>[] };
    const entities = edit(data._entities, result as Record<string, unknown>);
    send(
      response,
      200,
      JSON.stringify(entities === undefined ? result : { ...result, data: { _entities: entities } }),
    );
  };
