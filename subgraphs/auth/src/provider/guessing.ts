import { GraphQLError } from 'graphql';
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Throttle } from '../throttle.ts';
import { callerOf } from './caller.ts';

/** Where clients show secrets, codes and tokens, as `routes` in `provider.ts` has them. */
const endpoints = ['/oauth/token', '/oauth/introspect', '/oauth/revoke', '/oauth/device-authorization'];
/** The errors that say that something shown was not right (RFC 6749, 5.2). A device that polls gets others. */
const wrong = ['invalid_client', 'invalid_grant'];

/**
 * Slows down who guesses at the provider's endpoints: `slow_down` (RFC 8628, 3.5) with status 429 and `retry-after`, at the
 * device page beside its field. What was right is not counted. Passwords and second factors at the pages are counted where
 * all log-ins are.
 */
export function slowDownGuessing(provider: Provider, throttle: Throttle): void {
  slowDownRefused(provider, throttle);
  slowDownSecrets(provider, throttle);
  slowDownUserCodes(provider, throttle);
}

function slowDownRefused(provider: Provider, throttle: Throttle): void {
  provider.use(async (ctx, next) => {
    if (ctx.method !== 'POST' || !endpoints.includes(ctx.path)) return next();
    try {
      const takeBack = await asOAuthError(ctx, throttle.credential(callerOf(ctx.req).clientAddress));
      await next();
      const { error } = (ctx.body ?? {}) as { error?: string };
      if (!error || !wrong.includes(error)) await takeBack();
    } catch (error) {
      if (!(error instanceof errors.SlowDown)) throw error;
      // The provider answers errors of its own routes alone.
      ctx.status = error.statusCode;
      ctx.set('cache-control', 'no-store');
      ctx.body = { error: error.error, error_description: error.error_description };
    }
  });
}

function slowDownSecrets(provider: Provider, throttle: Throttle): void {
  interface Comparing {
    clientId: string;
    compareClientSecret(secret: string): boolean | Promise<boolean>;
  }
  const prototype = provider.Client.prototype as unknown as Comparing;
  const compare = prototype.compareClientSecret;
  prototype.compareClientSecret = async function (this: Comparing, secret) {
    const ctx = currentRequest();
    const { clientAddress } = callerOf(ctx.req);
    const takeBack = await asOAuthError(ctx, throttle.clientSecret(this.clientId, clientAddress));
    const isRight = await compare.call(this, secret);
    if (isRight) await takeBack();
    return isRight;
  };
}

/** They are short, for people type them: 20^8, of which a handful is good at any time (RFC 8628, 5.1). */
function slowDownUserCodes(provider: Provider, throttle: Throttle): void {
  const { DeviceCode } = provider;
  const find = DeviceCode.findByUserCode.bind(DeviceCode);
  DeviceCode.findByUserCode = async (userCode, options) => {
    const ctx = currentRequest();
    const takeBack = await asOAuthError(ctx, throttle.userCode(callerOf(ctx.req).clientAddress));
    const code = await find(userCode, options);
    if (code) await takeBack();
    return code;
  };
}

function currentRequest(): KoaContextWithOIDC {
  if (!Provider.ctx) throw new Error('the OAuth provider compares something outside of a request');
  return Provider.ctx;
}

type Answer = Pick<KoaContextWithOIDC, 'set'>;

/** @throws SlowDown for RATE_LIMITED, with the seconds to wait in the header */
async function asOAuthError<T>(ctx: Answer, counted: Promise<T>): Promise<T> {
  try {
    return await counted;
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions.code !== 'RATE_LIMITED') throw error;
    ctx.set('retry-after', String(error.extensions.retryAfter));
    throw Object.assign(new errors.SlowDown(error.message), { status: 429, statusCode: 429 });
  }
}
