import { isDatabaseAway, type RouteTools } from '@kronos/subgraph';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { IssuedToken } from './access-token.ts';
import type { Services } from './context.ts';

const question = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) });

/**
 * `POST /api-tokens/exchange`, for gateways alone: `{ hash }`, the SHA-256 of an API token, for `{ accessToken, expiresAt }`.
 * 404 when there is no such token, or not any more, and that is all that is said. The token itself never comes here.
 */
export function addApiTokenRoute(
  app: FastifyInstance,
  { requireCaller }: RouteTools,
  services: Services,
): void {
  app.post('/api-tokens/exchange', { onRequest: requireCaller }, async (request, reply) => {
    const asked = question.safeParse(request.body);
    if (!asked.success) return refuse(reply, 400, 'BAD_REQUEST', 'The body must be {"hash": "…"}.');
    try {
      const issued = await exchange(services, asked.data.hash);
      if (!issued) return refuse(reply, 404, 'NOT_FOUND', 'There is no such API token.');
      return await reply.header('cache-control', 'no-store').send(issued);
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      return refuse(
        reply.header('retry-after', '2'),
        503,
        'SERVICE_UNAVAILABLE',
        'Tokens cannot be read now.',
      );
    }
  });
}

/** Marks the token as used and issues what it stands for; null for one that cannot be used. */
async function exchange(
  { database, accessTokens, users }: Services,
  hash: string,
): Promise<IssuedToken | null> {
  // Rights that were taken a moment ago are not given again. While the log is away, those known so far have to do.
  await users.catchUp(500).catch(() => undefined);
  const now = new Date();
  const [token] = await database.apiToken.updateManyAndReturn({
    where: { hash, revokedAt: null, expiresAt: { gt: now }, account: { suspendedAt: null } },
    data: { lastUsedAt: now },
    include: { account: true },
  });
  return token ? accessTokens.issueForApiToken(token.account, token) : null;
}

function refuse(reply: FastifyReply, status: number, code: string, message: string) {
  return reply.code(status).send({ errors: [{ message, extensions: { code } }] });
}
