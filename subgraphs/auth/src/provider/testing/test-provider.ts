import type { AddressInfo } from 'node:net';
import { customFetch } from 'openid-client';
import type { Auth } from '../../test-kit.ts';
import { startAuth } from '../../test-kit.ts';
import { Browser } from './browser.ts';

/** Auth with its OAuth provider behind its port, reached as the gateway does it. */
export interface TestProvider extends Auth {
  /** Where clients find it. Nothing listens there: `fetch` goes to the port. */
  issuer: string;
  /** As the gateway passes requests on, from this address. */
  fetch(url: string | URL, options?: RequestInit, clientAddress?: string): Promise<Response>;
  /** What `openid-client` needs to come through the gateway. */
  options: { [customFetch]: (url: string, options: object) => Promise<Response>; execute: never[] };
  /** Somebody's browser, with cookies of its own. */
  browser(clientAddress?: string): Browser;
}

export async function startProvider(environment: NodeJS.ProcessEnv = {}): Promise<TestProvider> {
  const issuer = environment.KRONOS_PUBLIC_URL ?? 'https://kronos.example';
  const auth = await startAuth({ KRONOS_PUBLIC_URL: issuer, ...environment });
  await auth.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = auth.app.server.address() as AddressInfo;

  async function throughGateway(url: string | URL, options: RequestInit = {}, clientAddress = '192.0.2.1') {
    const { pathname, search } = new URL(url, issuer);
    const headers = new Headers(options.headers);
    headers.set('x-kronos-gateway-token', await auth.authorization());
    headers.set('x-kronos-client-address', clientAddress);
    headers.set('x-kronos-client-agent', 'Browser/1.0');
    return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { ...options, headers, redirect: 'manual' });
  }

  return {
    ...auth,
    issuer,
    fetch: throughGateway,
    options: { [customFetch]: (url, options) => throughGateway(url, options as RequestInit), execute: [] },
    browser: (clientAddress) =>
      new Browser((url, options) => throughGateway(url, options, clientAddress), issuer),
  };
}
