import { createHash } from 'node:crypto';
import type { Logger } from '@kronos/service';
import { codedError } from '@kronos/subgraph';
import type { GraphQLError } from 'graphql';
import { Redis } from 'ioredis';
import { Gauge, type Registry } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { accountDelaySeconds, networkOf } from './throttle.rules.ts';

const minute = 60;
const hour = 60 * minute;

/** Slows down those who guess, without letting them lock out those who know. */
export interface Throttle {
  /**
   * Counts an attempt to log in, before the password is looked at; otherwise a hundred attempts at once would all be
   * looked at before the first had counted.
   *
   * - One place (an address) on one account: 10 in half an hour.
   * - One place on all accounts: 100 in a quarter of an hour.
   * - One account from all places it was never used from: after 20 in an hour one at a time, with a pause between them
   *   that doubles up to five minutes. Places it was used from are not held up by that.
   *
   * @param isKnownPlace has the account been logged in to from this place before?
   * @param onLockedOut called for the first attempt of a place on an account that is refused, and for no further one
   * @returns what to call once the password was right: it takes the attempt back
   * @throws RATE_LIMITED with the seconds to wait
   */
  logIn(
    email: string,
    address: string,
    isKnownPlace: boolean,
    onLockedOut?: () => Promise<void>,
  ): Promise<() => Promise<void>>;
  /**
   * Counts an attempt to prove again, in a session, who one is: 10 in half an hour, from wherever they come, so that who
   * has stolen an access token cannot guess the password or the code.
   *
   * @returns what to call once the proof was right: it takes the attempts back
   * @throws RATE_LIMITED with the seconds to wait
   */
  stepUp(sessionId: string): Promise<() => Promise<void>>;
  /**
   * Counts an attempt to prove a second factor: 10 in half an hour for one account, from wherever they come. Only who knows
   * the password gets so far.
   *
   * @returns what to call once the proof was right: it takes the attempts back
   * @throws RATE_LIMITED with the seconds to wait
   */
  secondFactor(accountId: string): Promise<() => Promise<void>>;
  /**
   * Counts that a passkey was asked for: 100 in a quarter of an hour from one place.
   *
   * @throws RATE_LIMITED with the seconds to wait
   */
  passkeyChallenge(address: string): Promise<void>;
  /**
   * Counts that somebody was sent to another provider, or came back: 100 in a quarter of an hour from one place.
   *
   * @throws RATE_LIMITED with the seconds to wait
   */
  foreignSignIn(address: string): Promise<void>;
  /**
   * Counts a code of a device that somebody types in: 20 wrong ones in half an hour from one place.
   *
   * @returns what to call when there is such a code: it takes this attempt back, and no other, for whoever guesses can have
   *   a code of their own
   * @throws RATE_LIMITED with the seconds to wait
   */
  userCode(address: string): Promise<() => Promise<void>>;
  /**
   * Counts an attempt to show the secret of an OAuth client: 20 in ten minutes for one client from one place.
   *
   * @returns what to call once the secret was right: it takes the attempts back
   * @throws RATE_LIMITED with the seconds to wait
   */
  clientSecret(clientId: string, address: string): Promise<() => Promise<void>>;
  /**
   * Counts a secret, a code or a token that is shown to the OAuth provider: 300 wrong ones in a quarter of an hour from one
   * place. Nobody guesses 256 bits; this bounds what trying costs us.
   *
   * @returns what to call when it was right: it takes this attempt back
   * @throws RATE_LIMITED with the seconds to wait
   */
  credential(address: string): Promise<() => Promise<void>>;
  /**
   * Counts a letter that somebody has asked for: 5 in an hour to one address, or for one account, and 30 from one place.
   *
   * @param recipient an address or an id, which need not exist
   * @throws RATE_LIMITED with the seconds to wait
   */
  letter(recipient: string, address: string): Promise<void>;
  /**
   * Counts an attempt to open an account from a place.
   *
   * @returns what to call when the address was taken. Ten such answers in an hour are enough for one place, because each
   * tells that somebody has an account.
   * @throws RATE_LIMITED with the seconds to wait
   */
  signUp(address: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Creates the throttle. It counts in Redis for all processes together and, while Redis is away, for each alone. */
export function createThrottle(options: {
  redisUrl: string;
  signUpsPerHour: number;
  logger: Logger;
  metrics: Registry;
}): Throttle {
  const redis = new Redis(options.redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 500,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  });
  redis.on('error', (error) => options.logger.debug({ err: error }, 'throttling without Redis'));
  new Gauge({
    name: 'kronos_auth_throttle_shared',
    help: 'Whether attempts are counted in Redis, for all processes together (1), or in this process alone (0).',
    registers: [options.metrics],
    collect() {
      this.set(redis.status === 'ready' ? 1 : 0);
    },
  });

  function limiter(name: string, points: number, duration: number): RateLimiterRedis {
    const shape = { keyPrefix: `kronos:auth:throttle:${name}`, points, duration };
    return new RateLimiterRedis({
      ...shape,
      storeClient: redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(shape),
    });
  }

  const logInsOfPlace = limiter('place', 100, 15 * minute);
  const logInsOfPair = limiter('pair', 10, 30 * minute);
  const logInsOfAccount = limiter('account', Number.MAX_SAFE_INTEGER, hour);
  const accountPauses = limiter('pause', 1, minute);
  const stepUpsOfSession = limiter('step-up', 10, 30 * minute);
  const factorsOfAccount = limiter('factor', 10, 30 * minute);
  const challengesOfPlace = limiter('passkey', 100, 15 * minute);
  const foreignSignInsOfPlace = limiter('foreign', 100, 15 * minute);
  const userCodesOfPlace = limiter('user-code', 20, 30 * minute);
  const secretsOfPair = limiter('client-secret', 20, 10 * minute);
  const credentialsOfPlace = limiter('credential', 300, 15 * minute);
  const lettersOfRecipient = limiter('letter', 5, hour);
  const lettersOfPlace = limiter('letter-place', 30, hour);
  const signUpsOfPlace = limiter('sign-up', options.signUpsPerHour, hour);
  const takenAnswersOfPlace = limiter('taken', 10, hour);

  async function holdUpUnknownPlace(account: string): Promise<void> {
    const { consumedPoints } = await logInsOfAccount.penalty(account);
    const customDuration = accountDelaySeconds(consumedPoints);
    if (customDuration > 0) await admitted(accountPauses.consume(account, 1, { customDuration }));
  }

  return {
    async logIn(email, address, isKnownPlace, onLockedOut) {
      const account = fingerprint(email);
      const place = networkOf(address);
      const pair = `${account}@${place}`;
      await admitted(logInsOfPlace.consume(place));
      if (!isKnownPlace) await refuseIfSpent(accountPauses, account);
      await admitted(logInsOfPair.consume(pair), async ({ consumedPoints }) => {
        if (consumedPoints === logInsOfPair.points + 1) await onLockedOut?.();
      });
      if (!isKnownPlace) await holdUpUnknownPlace(account);

      return async () => {
        await Promise.all([
          logInsOfPair.delete(pair),
          logInsOfPlace.reward(place),
          isKnownPlace || logInsOfAccount.reward(account),
        ]);
      };
    },

    async stepUp(sessionId) {
      await admitted(stepUpsOfSession.consume(sessionId));
      return async () => {
        await stepUpsOfSession.delete(sessionId);
      };
    },

    async secondFactor(accountId) {
      await admitted(factorsOfAccount.consume(accountId));
      return async () => {
        await factorsOfAccount.delete(accountId);
      };
    },

    async passkeyChallenge(address) {
      await admitted(challengesOfPlace.consume(networkOf(address)));
    },

    async foreignSignIn(address) {
      await admitted(foreignSignInsOfPlace.consume(networkOf(address)));
    },

    async userCode(address) {
      const place = networkOf(address);
      await admitted(userCodesOfPlace.consume(place));
      return async () => {
        await userCodesOfPlace.reward(place);
      };
    },

    async clientSecret(clientId, address) {
      const pair = `${clientId}@${networkOf(address)}`;
      await admitted(secretsOfPair.consume(pair));
      return async () => {
        await secretsOfPair.delete(pair);
      };
    },

    async credential(address) {
      const place = networkOf(address);
      await admitted(credentialsOfPlace.consume(place));
      return async () => {
        await credentialsOfPlace.reward(place);
      };
    },

    async letter(recipient, address) {
      await admitted(lettersOfPlace.consume(networkOf(address)));
      await admitted(lettersOfRecipient.consume(fingerprint(recipient)));
    },

    async signUp(address) {
      const place = networkOf(address);
      await refuseIfSpent(takenAnswersOfPlace, place);
      await admitted(signUpsOfPlace.consume(place));
      return async () => {
        await takenAnswersOfPlace.penalty(place);
      };
    },

    async close() {
      redis.disconnect();
    },
  };
}

/** Keys tell nobody who reads Redis which addresses there are. */
function fingerprint(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}

async function refuseIfSpent(limiter: RateLimiterRedis, key: string): Promise<void> {
  const state = await limiter.get(key);
  if (state && state.consumedPoints >= limiter.points) throw rateLimited(state.msBeforeNext);
}

async function admitted(
  consumption: Promise<RateLimiterRes>,
  onRefused?: (state: RateLimiterRes) => Promise<void>,
): Promise<void> {
  try {
    await consumption;
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    await onRefused?.(error);
    throw rateLimited(error.msBeforeNext);
  }
}

function rateLimited(milliseconds: number): GraphQLError {
  const retryAfter = Math.max(1, Math.ceil(milliseconds / 1000));
  return codedError('RATE_LIMITED', `Too many attempts. Try again in ${duration(retryAfter)}.`, {
    retryAfter,
  });
}

function duration(seconds: number): string {
  if (seconds < 120) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
