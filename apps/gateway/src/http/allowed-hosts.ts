import { isIP } from 'node:net';
import { codedError } from '@kronos/engine';
import { hostName, isLoopbackHost } from '@kronos/service';
import type { FastifyInstance } from 'fastify';
import { requestScope } from '../errors/request-scope.ts';
import { sendError } from './send-errors.ts';

export interface AllowedHostsOptions {
  KRONOS_ALLOWED_HOSTS?: string[];
  /** The address on which the gateway listens. */
  KRONOS_HOST: string;
  isProduction: boolean;
}

/** Whether the gateway answers to the name by which a request calls it, as the `host` header gives it. */
export type IsAllowedHost = (host: string | undefined) => boolean;

/**
 * Whom a page may reach through a browser is decided by the name in its address. A page of others can give its own name the
 * address of this machine (DNS rebinding); the browser then takes the gateway for a part of the page, whatever CORS says.
 * Nothing that such a page can send makes it somebody, for there are no cookies. But it could read the schema and what is
 * public of a graph that was meant for this machine alone. So while developing, on an address that only this machine
 * reaches, names of others are refused: whoever means this gateway calls it localhost, or by an address, which no name
 * server can give to somebody else. In production a proxy may stand in front, which passes on the name that clients use.
 *
 * @param options.KRONOS_ALLOWED_HOSTS the names that count instead, in every case; `*` for any
 */
export function allowedHosts({
  KRONOS_ALLOWED_HOSTS: names,
  KRONOS_HOST,
  isProduction,
}: AllowedHostsOptions): IsAllowedHost {
  const isForThisMachine = !isProduction && isLoopbackHost(hostName(KRONOS_HOST));
  if (names ? names.includes('*') : !isForThisMachine) return () => true;
  const allowed = new Set(names?.map((name) => name.toLowerCase()));
  return (host) => {
    // What no browser sends.
    if (host === undefined) return true;
    const name = hostName(host);
    return isLoopbackHost(name) || isIP(name) !== 0 || allowed.has(name);
  };
}

/** Refuses what calls the gateway by a name to which it does not answer, at every path. */
export function refuseForeignHosts(app: FastifyInstance, isAllowed: IsAllowedHost): void {
  app.addHook('onRequest', (request, reply, next) => {
    if (isAllowed(request.raw.headers.host)) return next();
    const error = codedError(
      'The gateway does not answer to the host of this request: name it in KRONOS_ALLOWED_HOSTS if it should.',
      { code: 'HOST_NOT_ALLOWED' },
    );
    error.extensions.http = { status: 421 };
    const scope = { requestId: request.id, logger: request.log };
    requestScope.run(scope, () => sendError(request, reply, error));
  });
}
