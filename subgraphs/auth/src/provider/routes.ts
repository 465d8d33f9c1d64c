import type { RouteTools } from '@kronos/subgraph';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { errors } from 'oidc-provider';
import { type Context, createContext, type Services } from '../context.ts';
import { pageHeaders } from '../pages/layout.ts';
import { callerPassedOn, gatewayTokenHeader } from '../passed-on.ts';
import type { PublishedKey } from '../signing-keys.ts';
import { noteCaller } from './caller.ts';
import { answerInteraction } from './interactions.ts';
import { errorText } from './pages/error.ts';
import { createProvider, type ProviderSettings } from './provider.ts';
import { registerClient, registrationPath } from './registration.ts';

const wellKnown = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

/**
 * The OAuth provider and its pages, for the gateway alone: it says from where a request comes, by which attempts to guess are
 * counted.
 */
export function addProviderRoutes(
  app: FastifyInstance,
  { verifyCaller }: RouteTools,
  services: Services,
  settings: ProviderSettings,
  logger: FastifyInstance['log'],
): void {
  const providerOf = followKeys(services, settings, logger);
  const { host, protocol } = new URL(settings.publicUrl);

  async function admit(request: FastifyRequest) {
    const { headers } = request.raw;
    const caller = await callerPassedOn(request, verifyCaller);
    delete headers[gatewayTokenHeader];
    Object.assign(headers, { host, 'x-forwarded-proto': protocol.slice(0, -1) });
    noteCaller(request.raw, caller);
    return caller;
  }

  app.register(async (pages) => {
    pages.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 16 * 1024 },
      (_request, body, done) => done(null, body),
    );
    pages.route({
      method: ['GET', 'POST'],
      url: '/oauth/interaction/:uid',
      async handler(request, reply) {
        const caller = await admit(request);
        const context = createContext(services, { ...caller, logger: request.log as Context['logger'] });
        return answerInteraction(await providerOf(), context, request, reply);
      },
      errorHandler: showError,
    });
  });

  const { registrationToken: token } = settings;
  if (token) {
    app.register(async (registration) => {
      registration.route({
        method: 'POST',
        url: registrationPath,
        bodyLimit: 16 * 1024,
        async handler(request, reply) {
          const { authorization } = request.headers;
          const by = await admit(request);
          const answer = await registerClient({ services, token }, { authorization, body: request.body }, by);
          return reply
            .code(answer.status)
            .headers({ 'cache-control': 'no-store', ...answer.headers })
            .send(answer.body);
        },
        errorHandler: refuseMetadata,
      });
    });
  }

  app.register(async (raw) => {
    // The provider reads bodies itself.
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const url of [...wellKnown, '/oauth/*']) {
      raw.route({ method: ['GET', 'HEAD', 'POST'], url, handler: answer, errorHandler: showError });
    }
  });

  async function answer(request: FastifyRequest, reply: FastifyReply) {
    await admit(request);
    const provider = await providerOf();
    reply.hijack();
    await provider.callback()(request.raw, reply.raw);
  }
}

/** People whose interaction is over, or is another browser's, are told; what is wrong with us is not theirs to know. */
function showError(error: Error, _request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof GraphQLError && error.extensions.code === 'UNAUTHENTICATED') {
    return reply.code(401).send({ errors: [error.toJSON()] });
  }
  if (!(error instanceof errors.OIDCProviderError)) throw error;
  const status = error.statusCode ?? 400;
  return reply.code(status).headers(pageHeaders()).send(errorText(error.error, error.error_description));
}

/** What is no JSON at all is no client's metadata either (RFC 7591, 3.2.2). */
function refuseMetadata(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  if (!error.statusCode || error.statusCode >= 500) return showError(error, request, reply);
  const body = { error: 'invalid_client_metadata', error_description: 'This is no JSON of at most 16 KiB.' };
  return reply.code(error.statusCode).header('cache-control', 'no-store').send(body);
}

/** The provider for the keys that are published now. */
function followKeys(services: Services, settings: ProviderSettings, logger: FastifyInstance['log']) {
  let made: { for: string; provider: ReturnType<typeof createProvider> } | undefined;
  return async () => {
    const published = await services.signingKeys.published();
    const keys = [...published].sort((one, other) => rank(one) - rank(other));
    const of = keys.map(({ key, status }) => `${key.kid} ${status}`).join();
    if (made?.for !== of) {
      const provider = createProvider(services, settings, keys);
      provider.on('server_error', (_ctx, err) => logger.error({ err }, 'the OAuth provider failed'));
      made = { for: of, provider };
    }
    return made.provider;
  };
}

/** The key that signs comes first. */
function rank({ status }: PublishedKey): number {
  return ['ACTIVE', 'RETIRED', 'ANNOUNCED'].indexOf(status);
}
