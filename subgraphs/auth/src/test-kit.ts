import { type Mailbox, openMailbox } from '@kronos/mail/mailbox';
import { PrismaClient } from '@kronos/prisma-auth';
import { sealedFields } from '@kronos/prisma-auth/sealed-fields';
import { type CreateSubgraph, decodeId } from '@kronos/subgraph';
import {
  type Actor,
  createTestDomain,
  openTestFields,
  type TestDomain,
  type TestResult,
} from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { Redis } from 'ioredis';
import { decodeJwt } from 'jose';
import type { Registry } from 'prom-client';
import { expect, vi } from 'vitest';
import { createSubgraph } from './subgraph.ts';

/** Long enough and not to be guessed. */
export const goodPassword = 'correct horse battery staple';

/** The auth subgraph on a database and a Redis of its own, and a look into its tables. */
export interface Auth extends TestDomain {
  /** With what is sealed in the clear. */
  database: PrismaClient;
  /** With everything as it lies there. */
  raw: PrismaClient;
}

/**
 * Starts auth and waits until it has found its database and its Redis.
 *
 * @param create as it is served, when omitted
 */
export async function startAuth(
  environment: NodeJS.ProcessEnv = {},
  create: CreateSubgraph = createSubgraph,
): Promise<Auth> {
  const domain = await createTestDomain('auth', create, environment);
  const raw = new PrismaClient({
    adapter: new PrismaPg({ connectionString: domain.databaseUrl, max: 2 }),
  });
  const sealed = openTestFields(raw, domain.databaseUrl, sealedFields);
  await beginLogOfUsers(domain.redisUrl);
  await untilShared(domain.subgraph.metrics);
  return {
    ...domain,
    database: sealed.database,
    raw,
    async [Symbol.asyncDispose]() {
      await sealed.close();
      await raw.$disconnect();
      await domain[Symbol.asyncDispose]();
    },
  };
}

/** Waits until attempts are counted in Redis: those before would be counted in memory, and be forgotten. */
export async function untilShared(metrics: Registry): Promise<void> {
  await vi.waitFor(async () => expect(await metrics.metrics()).toMatch(/^kronos_auth_throttle_shared 1$/m));
}

/** Does what the relay of `users` does when nothing has happened there yet: it says that its log begins at 0. */
async function beginLogOfUsers(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl);
  await redis.set('kronos:events:users:head', '0');
  redis.disconnect();
}

/** Someone who has signed up. */
export interface Person {
  /** The user's id in the graph. */
  id: string;
  email: string;
  accessToken: string;
  refreshToken: string;
  /** What the gateway says of them. */
  actor: Actor;
}

let people = 0;

/** Signs a new person up. */
export async function signUp(auth: Auth): Promise<Person> {
  people += 1;
  const email = `person-${people}@example.com`;
  const { data } = await auth.execute(
    `mutation($input: UserSignUpInput!) {
      userSignUp(input: $input) { user { id } tokens { accessToken refreshToken } userErrors { code message } }
    }`,
    { input: { email, password: goodPassword, displayName: `Number ${people}` } },
  );
  expect(data!.userSignUp.userErrors).toEqual([]);
  const { user, tokens } = data!.userSignUp;
  return { id: user.id, email, ...tokens, actor: actorOf(tokens.accessToken) };
}

/** What the gateway says of the caller who has this access token. */
export function actorOf(accessToken: string): Actor {
  const claims = decodeJwt<{
    sid: string;
    scope: string;
    roles: string[];
    auth_time: number;
    amr: string[];
    mfa_enrolled: boolean;
  }>(accessToken);
  const { sub, sid, scope, roles } = claims;
  return {
    userId: decodeId('user', String(sub)),
    sessionId: decodeId('session', sid),
    scopes: scope.split(' ').filter(Boolean),
    roles,
    authenticatedAt: new Date(claims.auth_time * 1000),
    amr: claims.amr,
    hasSecondFactor: claims.mfa_enrolled,
  };
}

/** Logs in, from an address when one is given. */
export async function logIn(
  auth: Auth,
  email: string,
  password = goodPassword,
  clientAddress = '192.0.2.1',
): Promise<TestResult> {
  const query = `mutation($input: SessionCreateInput!) {
    sessionCreate(input: $input) {
      session { id current ipAddress userAgent expiresAt user { id email } }
      tokens { accessToken refreshToken expiresAt }
      challenge { id expiresAt kinds passkeyOptions }
      userErrors { code message field }
    }
  }`;
  return auth.subgraph.execute(
    { query, variables: { input: { email, password } } },
    {
      viewer: null,
      requestId: 'test',
      clientAddress,
      userAgent: 'Browser/1.0',
      clientApplicationId: null,
      traceparent: null,
    },
  );
}

/** Changes a refresh token. */
export async function refresh(auth: Auth, refreshToken: string): Promise<TestResult> {
  return auth.execute(
    `mutation($input: SessionRefreshInput!) {
      sessionRefresh(input: $input) {
        session { id current lastSeenAt expiresAt }
        tokens { accessToken refreshToken expiresAt }
        userErrors { code message field }
      }
    }`,
    { input: { refreshToken } },
  );
}

/** The sessions of whom `sessionRevoked` has been written, oldest event first. */
export async function revokedSessionIds(auth: Auth): Promise<string[]> {
  const rows = await auth.database.outbox.findMany({
    where: { name: 'sessionRevoked' },
    orderBy: { sequence: 'asc' },
  });
  return rows.map(({ payload }) => (payload as { sessionId: string }).sessionId);
}

/** Auth with a mail server, whose mail can be read. */
export interface MailingAuth extends Auth {
  mailbox: Mailbox;
}

/** Starts auth with a mailbox. Links in its letters are `https://app.example.com/<action>/<token>`. */
export async function startMailingAuth(environment: NodeJS.ProcessEnv = {}): Promise<MailingAuth> {
  const mailbox = await openMailbox({ smtpPort: 0, port: 0 });
  const auth = await startAuth({
    SMTP_URL: mailbox.smtpUrl,
    AUTH_LINK_TEMPLATE: 'https://app.example.com/{action}/{token}',
    ...environment,
  });
  return {
    ...auth,
    mailbox,
    async [Symbol.asyncDispose]() {
      await auth[Symbol.asyncDispose]();
      await mailbox[Symbol.asyncDispose]();
    },
  };
}

/** A letter as it has arrived. */
export interface ArrivedLetter {
  subject: string;
  text: string;
}

/** All letters to an address, the newest first. */
export async function lettersTo({ mailbox }: MailingAuth, email: string): Promise<ArrivedLetter[]> {
  return (await fetch(`${mailbox.url}mails.json?to=${encodeURIComponent(email)}`)).json() as Promise<
    ArrivedLetter[]
  >;
}

/** Waits for the newest letter to an address with a link for `action`, and gives the token in it, unless it is `not`. */
export async function tokenTo(
  auth: MailingAuth,
  email: string,
  action: string,
  not?: string,
): Promise<string> {
  return vi.waitFor(
    async () => {
      for (const { text } of await lettersTo(auth, email)) {
        const token = new RegExp(`https://app\\.example\\.com/${action}/([\\w-]+)`).exec(text)?.[1];
        if (token && token !== not) return token;
      }
      throw new Error(`no letter to ${email} for ${action}`);
    },
    { timeout: 10_000 },
  );
}
