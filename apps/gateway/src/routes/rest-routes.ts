import { type Logger, requestSpan } from '@kronos/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Counter, Gauge, type Registry } from 'prom-client';
import { requestScope, scopeOf } from '../errors/request-scope.ts';
import { originOf } from '../pages/endpoint.ts';
import type { HeldRules } from '../rules/hold-rules.ts';
import { type AnswerRouteOptions, answerRoute } from './answer-route.ts';
import { describeRoutes } from './openapi/describe-routes.ts';
import { createRouteNeeds, type RouteNeedsOptions } from './openapi/route-needs.ts';
import { preparingOnce } from './prepare-route.ts';
import { restError } from './rest-error.ts';
import { createRouteTable, type RouteMatch, type RouteTable } from './route-table.ts';
import { sendRest } from './send-rest.ts';

export interface RestRoutesOptions extends AnswerRouteOptions {
  rules: Pick<HeldRules, 'current'>;
  /** The version of the graph that is served. */
  schema(): GraphQLSchema | undefined;
  access: RouteNeedsOptions;
  logger: Logger;
  metrics: Registry;
}

const noRoutes: RouteTable = { routes: [], broken: [], find: () => undefined, methodsAt: () => [] };

/**
 * The REST routes of the rules that hold, and `/openapi.json`, which describes them. All of them stand behind one handler,
 * for whatever nothing else of the app answers: routes come and go while it runs.
 */
export async function restRoutes(app: FastifyInstance, options: RestRoutesOptions): Promise<void> {
  const tableOf = createTables(options);
  const needsOf = createRouteNeeds(options.access);
  const matches = new WeakMap<FastifyRequest, RouteMatch>();
  const answered = new Counter({
    name: 'kronos_gateway_route_requests_total',
    help: 'Requests to REST routes, by route and by the status of the answer.',
    labelNames: ['method', 'path', 'status'],
    registers: [options.metrics],
  });
  new Gauge({
    name: 'kronos_gateway_routes',
    help: 'Enabled REST routes: those that are served, and those that cannot be, for example because the graph has changed.',
    labelNames: ['state'],
    registers: [options.metrics],
    collect() {
      const { routes, broken } = tableOf();
      this.set({ state: 'served' }, routes.length);
      this.set({ state: 'broken' }, broken.length);
    },
  });

  app.get('/openapi.json', async (request, reply) => {
    reply.header('cache-control', 'no-cache');
    return describeRoutes(tableOf(), options.schema(), needsOf, originOf(request));
  });

  await app.register(async (routes) => {
    // Before a body is read: what leads nowhere is answered at once.
    routes.addHook('onRequest', async (request, reply) => {
      const table = tableOf();
      const match = table.find(request.method, request.url);
      if (!match) return refuseUnknown(table, request, reply);
      if (mayBeForged(request, match)) {
        sendRest(
          reply,
          restError(415, request.id, {
            code: 'UNSUPPORTED_MEDIA_TYPE',
            message: 'Send what changes something with the content type application/json.',
          }),
        );
        return reply;
      }
      matches.set(request, match);
    });
    routes.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
      const status = error.statusCode ?? 500;
      if (status >= 500) request.log.error({ err: error }, 'a route failed');
      sendRest(reply, restError(status, request.id, describeFailure(status, error)));
      return reply;
    });
    routes.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: '/*',
      async handler(request, reply) {
        const match = matches.get(request)!;
        const { method, path } = match.prepared.route;
        requestSpan(request)?.rename(`${method} ${path}`);
        requestSpan(request)?.set({ 'http.route': path });
        const status = await requestScope.run(scopeOf(request), () =>
          answerRoute(request, reply, match, options),
        );
        answered.inc({ method, path, status });
        return reply;
      },
    });
  });
}

/** The routes that hold, made anew when the rules or the graph have changed. */
function createTables({ rules, schema, logger }: RestRoutesOptions): () => RouteTable {
  const prepare = preparingOnce();
  let made: { rules: unknown; schema: unknown; table: RouteTable } | undefined;
  return () => {
    const [current, graph] = [rules.current, schema()];
    if (!graph) return noRoutes;
    if (made?.rules !== current.rules || made.schema !== graph) {
      const table = createRouteTable(current, graph, prepare);
      made = { rules: current.rules, schema: graph, table };
      for (const { route, reason } of table.broken)
        logger.warn({ route: `${route.method} ${route.path}` }, `a route cannot be served: ${reason}`);
    }
    return made.table;
  };
}

function refuseUnknown(table: RouteTable, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const allowed = table.methodsAt(request.url);
  if (allowed.length === 0) {
    reply.callNotFound();
    return reply;
  }
  const answer = restError(405, request.id, {
    code: 'METHOD_NOT_ALLOWED',
    message: `${request.method} is not possible here: ${allowed.join(', ')} ${allowed.length > 1 ? 'are' : 'is'}.`,
  });
  answer.headers.allow = allowed.join(', ');
  sendRest(reply, answer);
  return reply;
}

/**
 * Whether a page of another site could have made a browser send this unasked: it may send forms, but no JSON. Methods
 * other than POST are asked for before they are sent.
 */
function mayBeForged({ method, headers }: FastifyRequest, { prepared }: RouteMatch): boolean {
  if (!prepared.isMutation || method !== 'POST') return false;
  return !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
}

const failures: Record<number, string> = {
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

function describeFailure(status: number, { message }: Error): { code: string; message: string } {
  if (status < 500) return { code: failures[status] ?? 'BAD_REQUEST', message };
  return {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong on our side. Quote the request id when you report it.',
  };
}
