import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { endpointOf } from './endpoint.ts';

const sandboxScript =
  'https://embeddable-sandbox.cdn.apollographql.com/v2/embeddable-sandbox.umd.production.min.js';

/** The front page: Apollo Sandbox while developing, a plain page in production. */
export function landingPage(app: FastifyInstance, options: { isProduction: boolean }): void {
  app.get('/', async (request, reply) => {
    reply.type('text/html; charset=utf-8');
    if (options.isProduction) return plainPage;
    const nonce = randomBytes(16).toString('base64url');
    reply.header('content-security-policy', sandboxPolicy(nonce));
    return sandboxPage(nonce, endpointOf(request));
  });
}

const plainPage = page('', '<h1>GraphQL</h1><p>The graph is served at <code>/graphql</code>.</p>');

/** Only what Sandbox is made of may come from outside, and only for this page. */
function sandboxPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' https://embeddable-sandbox.cdn.apollographql.com`,
    "style-src 'self' 'unsafe-inline' https://embeddable-sandbox.cdn.apollographql.com",
    "img-src 'self' data: https:",
    "connect-src 'self' https://*.apollographql.com",
    'frame-src https://sandbox.embed.apollographql.com',
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

/**
 * Sandbox in a frame; its requests are sent from this page, so they are of our own origin. An HTTP endpoint for
 * subscriptions is what makes it speak multipart instead of WebSockets.
 */
function sandboxPage(nonce: string, endpoint: string): string {
  const settings = {
    target: '#sandbox',
    initialEndpoint: endpoint,
    initialSubscriptionEndpoint: endpoint,
    endpointIsEditable: false,
    runTelemetry: false,
    includeCookies: false,
  };
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  return page(
    `<style>body{margin:0} #sandbox,#sandbox iframe{width:100vw;height:100vh;border:0;position:absolute;top:0}
    #sandbox:empty+p{display:block;padding:2rem} #sandbox+p{display:none}</style>`,
    `<div id="sandbox"></div>
    <p>Apollo Sandbox needs the internet. <a href="/explorer">The explorer that needs none is here.</a></p>
    <script nonce="${nonce}" src="${sandboxScript}"></script>
    <script nonce="${nonce}">window.EmbeddedSandbox && new window.EmbeddedSandbox(${json});</script>`,
  );
}

function page(head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>GraphQL</title>${head}</head>
  <body>${body}</body>
</html>
`;
}
