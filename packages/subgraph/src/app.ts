import { createApp } from '@kronos/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import { z } from 'zod';
import { changesHeader } from './changes.ts';
import { codedError } from './errors.ts';
import { SseStreams } from './sse-streams.ts';
import type { GraphQLRequest, Readiness, Subgraph, SubscriptionResult } from './subgraph.ts';
import type { VerifyCaller } from './verify-caller.ts';

export interface SubgraphAppOptions {
  verifyCaller: VerifyCaller;
  /** Milliseconds between heartbeats of a stream; 10 seconds when omitted. */
  heartbeatMs?: number;
  /** Parts beside the subgraph's own that must be ready to serve over HTTP. */
  readiness?(): Promise<Readiness>;
}

const requestShape = z.object(
  {
    query: z.string('“query” must be a string.'),
    variables: z.record(z.string(), z.unknown(), '“variables” must be an object.').nullish(),
    operationName: z.string('“operationName” must be a string.').nullish(),
  },
  'The body must be one JSON object with “query”.',
);

const untraced = new Set(['/graphql', '/health', '/ready', '/metrics']);

const statuses: Record<string, number> = { UNAUTHENTICATED: 401, BAD_REQUEST: 400 };

/**
 * A subgraph behind HTTP: `POST /graphql`, answered with JSON, or with server-sent events when the caller accepts them.
 * It does not listen.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export function createSubgraphApp(subgraph: Subgraph, options: SubgraphAppOptions): FastifyInstance {
  const app = createApp({
    logger: subgraph.logger,
    metrics: subgraph.metrics,
    health: subgraph.health,
    readiness: async () => ({ ...(await subgraph.readiness()), ...(await options.readiness?.()) }),
    // The graph's own requests have a span in `execute` and `subscribe`, by whichever way they come.
    traces: { service: subgraph.name, covers: ({ routeOptions }) => !untraced.has(routeOptions.url ?? '') },
  });
  const streams = new SseStreams(options.heartbeatMs ?? 10_000);
  app.addHook('preClose', async () => streams.cutAll());

  app.post('/graphql', async (request, reply) => {
    try {
      const caller = await options.verifyCaller(request.headers, request.id);
      const operation = readRequest(request.body);
      if (!acceptsEvents(request)) return sendResult(reply, await subgraph.execute(operation, caller));
      const after = request.headers['last-event-id'];
      const result = await subgraph.subscribe(
        operation,
        caller,
        after === undefined ? undefined : String(after),
      );
      if (isUnavailable(result)) return reply.code(503).header('retry-after', '2').send(result);
      return await streams.send(reply, result);
    } catch (error) {
      return sendRefusal(error, request, reply);
    }
  });

  subgraph.routes?.(app, {
    verifyCaller: options.verifyCaller,
    async requireCaller(request, reply) {
      try {
        await options.verifyCaller(request.headers, request.id);
      } catch (error) {
        return sendRefusal(error, request, reply);
      }
    },
  });
  return app;
}

/** What was changed is the gateway's to know, and no part of the answer. */
function sendResult(reply: FastifyReply, { extensions, ...result }: FormattedExecutionResult): FastifyReply {
  const changed = extensions?.changed;
  if (Array.isArray(changed)) reply.header(changesHeader, changed.join());
  return reply.send(result);
}

function readRequest(body: unknown): GraphQLRequest {
  const result = requestShape.safeParse(body);
  if (result.success) return result.data;
  throw codedError('BAD_REQUEST', result.error.issues.map(({ message }) => message).join(' '));
}

function acceptsEvents(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/event-stream') ?? false;
}

/** The log or the database is away: a status tells the gateway to try again, where a message would end the stream. */
function isUnavailable(result: SubscriptionResult): boolean {
  return (
    'errors' in result && result.errors.some(({ extensions }) => extensions?.code === 'SERVICE_UNAVAILABLE')
  );
}

function sendRefusal(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const status = error instanceof GraphQLError && statuses[String(error.extensions.code)];
  if (!status) throw error;
  const extensions = { ...error.extensions, timestamp: new Date().toISOString(), requestId: request.id };
  return reply.code(status).send({ errors: [{ message: error.message, extensions }] });
}
