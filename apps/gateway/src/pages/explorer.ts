import { randomBytes } from 'node:crypto';
import fastifyStatic from '@fastify/static';
import { getDistDirectory, isSandboxFrame, renderAltair, SANDBOX_FRAME_CSP } from 'altair-static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endpointOf } from './endpoint.ts';

/** An explorer that loads nothing from outside, subscriptions over SSE included. */
export async function explorerPage(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: getDistDirectory(),
    prefix: '/explorer/',
    index: false,
    setHeaders(response, path) {
      // Scripts that users write run in this frame, without our origin.
      if (isSandboxFrame(path)) response.header('content-security-policy', SANDBOX_FRAME_CSP);
    },
  });
  app.get('/explorer', sendExplorer);
  app.get('/explorer/', sendExplorer);
}

async function sendExplorer(request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const nonce = randomBytes(16).toString('base64url');
  const endpoint = endpointOf(request);
  reply.type('text/html; charset=utf-8').header('content-security-policy', explorerPolicy(nonce));
  return renderAltair({
    baseURL: '/explorer/',
    endpointURL: endpoint,
    subscriptionsEndpoint: endpoint,
    initialSubscriptionRequestHandlerId: 'graphql-sse',
    disableAccount: true,
    initialSettings: { 'alert.disableUpdateNotification': true, disablePushNotification: true },
    cspNonce: nonce,
  });
}

/** The explorer compiles templates and starts workers of its own; nothing of it may come from elsewhere. */
function explorerPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'unsafe-eval'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "frame-src 'self'",
    "object-src 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}
