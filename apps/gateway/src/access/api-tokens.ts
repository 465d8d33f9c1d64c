import { hash as digest } from 'node:crypto';
import { codedError } from '@kronos/engine';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { unauthenticated } from './authenticate.ts';
import { anonymous } from './caller.ts';
import type { MintInternalToken } from './internal-token.ts';

/** Exchanges people's API tokens for access tokens. */
export interface ApiTokens {
  /**
   * The access token that stands for an API token, asked for once and kept until it expires.
   *
   * @param token of the right form
   * @param address where the request comes from
   * @throws UNAUTHENTICATED when the token is worth nothing, RATE_LIMITED for an address that has tried too many such,
   *   SERVICE_UNAVAILABLE when nobody can say
   */
  exchange(token: string, address: string): Promise<string>;
  /** Forgets what an API token was exchanged for: its access token says too much by now. */
  forget(token: string): void;
}

export interface ApiTokensOptions {
  /** Where auth exchanges them. */
  url: string;
  /** Undefined when there is no internal key; auth then refuses. */
  mint: MintInternalToken | undefined;
}

const maxKnown = 20_000;
const timeoutMs = 5_000;
/** Left of an access token when it is exchanged anew, so that what begins with it does not end at once. */
const reserveMs = 30_000;
/** How long a token that is worth nothing is not asked for again. A new one is never taken for such: its hash is another. */
const worthlessMs = 10_000;
/** How many worthless tokens one address may try in a minute before the next one is not even looked at. */
const triesPerMinute = 30;
const minuteMs = 60_000;
/** Questions to auth that may be open at once: those who guess do not keep it from everybody else. */
const maxQuestions = 100;

const answerShape = z.object({ accessToken: z.string(), expiresAt: z.coerce.date() });

/** An API token's hash is all that leaves this process, and all that is kept in it. */
export function createApiTokens({ url, mint }: ApiTokensOptions): ApiTokens {
  const known = new LRUCache<string, string>({ max: maxKnown });
  const worthless = new LRUCache<string, true>({ max: maxKnown, ttl: worthlessMs });
  const tries = new LRUCache<string, { count: number }>({ max: maxKnown, ttl: minuteMs });
  const questions = new Map<string, Promise<string>>();

  async function ask(hash: string): Promise<string> {
    const answer = await post(hash);
    const shape = answer.ok ? answerShape.safeParse(await answer.json()) : undefined;
    if (shape?.success) {
      const { accessToken, expiresAt } = shape.data;
      const ttl = expiresAt.getTime() - Date.now() - reserveMs;
      if (ttl > 0) known.set(hash, accessToken, { ttl });
      return accessToken;
    }
    if (answer.status !== 404) throw unavailable();
    worthless.set(hash, true);
    throw isWorthless();
  }

  async function post(hash: string): Promise<Response> {
    try {
      return await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(mint && { authorization: `Bearer ${await mint(anonymous)}` }),
        },
        body: JSON.stringify({ hash }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw unavailable(error);
    }
  }

  function countTry(address: string): void {
    const counted = tries.get(address);
    if (counted) counted.count += 1;
    else tries.set(address, { count: 1 });
  }

  function refuseTriers(address: string): void {
    if ((tries.get(address)?.count ?? 0) < triesPerMinute) return;
    throw codedError('Too many API tokens that are worth nothing came from your address.', {
      code: 'RATE_LIMITED',
      retryAfter: Math.max(1, Math.ceil(tries.getRemainingTTL(address) / 1_000)),
    });
  }

  return {
    async exchange(token, address) {
      const hash = digest('sha256', token);
      const accessToken = known.get(hash);
      if (accessToken) return accessToken;
      if (worthless.has(hash)) throw isWorthless();
      refuseTriers(address);
      let question = questions.get(hash);
      if (!question) {
        if (questions.size >= maxQuestions) throw unavailable();
        question = ask(hash).finally(() => questions.delete(hash));
        questions.set(hash, question);
        // Once for all who wait for the same answer.
        question.catch(() => worthless.has(hash) && countTry(address));
      }
      return question;
    },
    forget(token) {
      known.delete(digest('sha256', token));
    },
  };
}

function isWorthless() {
  return unauthenticated('The API token is not valid: it was never given, was revoked or has expired.');
}

function unavailable(error?: unknown) {
  return codedError('API tokens cannot be verified at the moment.', {
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: 2,
    originalError: error instanceof Error ? error : undefined,
  });
}
