import type { Logger } from '@kronos/service';
import type { FastifyInstance } from 'fastify';
import type { SigningKeys } from './signing-keys.ts';

/** Well under the ten minutes for which a key is announced before it signs. */
const cacheSeconds = 300;

/**
 * Serves the public halves of the signing keys (RFC 7517) at `/.well-known/jwks.json`, to anyone. While the database
 * is away and no key is in memory, the answer is 503.
 */
export function addJwksRoute(app: FastifyInstance, signingKeys: SigningKeys, logger: Logger): void {
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    try {
      const keys = await signingKeys.published();
      reply
        .header('cache-control', `public, max-age=${cacheSeconds}`)
        .type('application/jwk-set+json')
        .send({
          keys: keys.map(({ key }) => ({
            ...(key.publicKey as object),
            kid: key.kid,
            alg: key.algorithm,
            use: 'sig',
          })),
        });
    } catch (error) {
      logger.error({ err: error }, 'the signing keys cannot be read');
      reply
        .code(503)
        .header('retry-after', '2')
        .send({
          errors: [
            {
              message: 'The signing keys cannot be read at the moment.',
              extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 2 },
            },
          ],
        });
    }
  });
}
