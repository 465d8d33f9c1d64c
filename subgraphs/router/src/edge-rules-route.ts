import type { PrismaClient } from '@kronos/prisma-router';
import { isDatabaseAway, type RouteTools } from '@kronos/subgraph';
import type { FastifyInstance } from 'fastify';
import { readEdgeRules } from './edge-rules.ts';

/**
 * `GET /edge-rules`, for gateways: all rules, or 304 when those that the gateway has are the newest. While the database is
 * away the answer is 503, and gateways go on with what they know.
 */
export function addEdgeRulesRoute(
  app: FastifyInstance,
  { requireCaller }: RouteTools,
  db: PrismaClient,
): void {
  app.get('/edge-rules', { onRequest: requireCaller }, async (request, reply) => {
    try {
      const rules = await readEdgeRules(db);
      const etag = `"${rules.version}"`;
      reply.header('etag', etag).header('cache-control', 'private, no-cache');
      return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(rules);
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      const message = 'The rules cannot be read at the moment.';
      return reply
        .code(503)
        .header('retry-after', '2')
        .send({ errors: [{ message, extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 2 } }] });
    }
  });
}
