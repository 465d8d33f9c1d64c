import type { IncomingHttpHeaders } from 'node:http';
import httpProxy from '@fastify/http-proxy';
import { codedError } from '@kronos/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.ts';
import type { MintInternalToken } from '../access/internal-token.ts';
import { requestScope, scopeOf } from '../errors/request-scope.ts';
import { sendError } from '../http/send-errors.ts';
import type { Accounts } from '../quotas/accounts.ts';
import { passedHeaders } from './passed-headers.ts';

export interface OAuthRoutesOptions {
  /** The origin of the provider. */
  providerUrl: string;
  mint: MintInternalToken;
  /** As whom the gateway asks: nobody, since who the client is, the provider finds out. */
  self: Caller;
  /** Undefined when callers have no quotas. */
  accounts: Accounts | undefined;
  /** How long the provider may take to answer, in milliseconds. */
  timeoutMs: number;
}

/** Far more than any form or token of OAuth has. */
const maxBodyBytes = 64 * 1024;

/** Everything that the provider answers, beside what is under `/oauth/` and `/account/`. */
const wellKnown = ['openid-configuration', 'oauth-authorization-server', 'jwks.json'];

/** Says in the gateway's name that a request came through it; `authorization` is the OAuth client's own. */
export const gatewayTokenHeader = 'x-kronos-gateway-token';

/**
 * Passes on what is the provider's: `/oauth/…`, discovery (OpenID Connect Discovery 1.0, RFC 8414) and the keys; and the pages
 * that links of letters lead to, `/account/…`. Each request is paid from the account of its address, and the provider is told
 * that address.
 */
export async function oauthRoutes(app: FastifyInstance, options: OAuthRoutesOptions): Promise<void> {
  const { providerUrl, timeoutMs } = options;
  const told = new WeakMap<object, Record<string, string>>();

  async function admit(request: FastifyRequest, reply: FastifyReply) {
    try {
      refuseLarge(request);
      await pay(request, reply, options.accounts);
      told.set(request.raw, {
        [gatewayTokenHeader]: `Bearer ${await options.mint(options.self)}`,
        'x-request-id': request.id,
        'x-kronos-client-address': request.ip,
        'x-kronos-client-agent': request.headers['user-agent']?.slice(0, 512) ?? '',
      });
    } catch (error) {
      requestScope.run(scopeOf(request), () => sendError(request, reply, error));
    }
  }

  for (const prefix of ['/oauth', '/account', ...wellKnown.map((name) => `/.well-known/${name}`)]) {
    await app.register(httpProxy, {
      prefix,
      rewritePrefix: prefix,
      upstream: providerUrl,
      httpMethods: ['GET', 'HEAD', 'POST'],
      // It would write addresses down with the tokens in them.
      disableRequestLogging: true,
      undici: { connections: 32, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
      // A form that was sent twice is two forms.
      retryMethods: ['GET', 'HEAD'],
      maxRetriesOn503: 0,
      preHandler: admit,
      replyOptions: {
        rewriteRequestHeaders: ({ raw }) => ({
          ...passedHeaders(raw.headers as IncomingHttpHeaders),
          ...told.get(raw),
        }),
        // Which pages may read answers, the gateway says for all paths.
        rewriteHeaders: (headers) =>
          Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'))),
        onError(reply, { error }) {
          const request = reply.request as FastifyRequest;
          request.log.warn({ err: error }, 'the OAuth provider does not answer');
          requestScope.run(scopeOf(request), () => sendError(request, reply as FastifyReply, providerAway()));
        },
      },
    });
  }
}

function refuseLarge({ headers }: FastifyRequest): void {
  if (headers['transfer-encoding'] !== undefined) {
    throw refusal('Say how long the body is, by `content-length`.', 'BAD_REQUEST', 411);
  }
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) {
    throw refusal(`The body may have at most ${maxBodyBytes} bytes.`, 'PAYLOAD_TOO_LARGE', 413);
  }
}

/** A request costs what one costs that never becomes an operation. */
async function pay(request: FastifyRequest, reply: FastifyReply, accounts: Accounts | undefined) {
  const account = accounts?.openStrangers(request.ip, reply);
  await account?.enter();
  account?.close();
}

function refusal(message: string, code: string, status: number) {
  const error = codedError(message, { code });
  error.extensions.http = { status };
  return error;
}

function providerAway() {
  return codedError('Accounts cannot be reached at the moment.', {
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: 2,
  });
}
