import { timingSafeEqual } from 'node:crypto';
import type { Session } from '@kronos/prisma-auth';
import { decodeId, encodeId, newId } from '@kronos/subgraph';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';
import type { Context } from '../context.ts';
import { type Problem, pageHeaders } from '../pages/layout.ts';
import { raiseSecurityEvent } from '../security-event.raise.ts';
import { sessionCreate } from '../session.create.ts';
import { sessionCreateComplete } from '../session.create-complete.ts';
import { isSessionOpen } from '../session.rules.ts';
import { openGrant } from './grants.ts';
import type { LoginResult } from './login-policy.ts';
import { consentPage } from './pages/consent.ts';
import { loginPage } from './pages/login.ts';
import { secondFactorPage } from './pages/second-factor.ts';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** A request to the page at which the provider waits for a person. */
interface PageRequest {
  provider: Provider;
  interaction: Interaction;
  context: Context;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Shows the page that an interaction is at, and takes its form. */
export async function answerInteraction(
  provider: Provider,
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const interaction = await provider.interactionDetails(request.raw, reply.raw);
  const page = { provider, interaction, context, request, reply };
  const isLogin = interaction.prompt.name === 'login';
  if (request.method !== 'POST') return isLogin ? showLogin(page) : showConsent(page);

  const form = new URLSearchParams(String(request.body ?? ''));
  if (!isOwnForm(interaction, form)) return isLogin ? showLogin(page, [staleForm]) : showConsent(page);
  if (form.get('action') === 'cancel') {
    return finish(page, { error: 'access_denied', error_description: 'the person did not allow it' });
  }
  return isLogin ? logIn(page, form) : consent(page);
}

const staleForm: Problem = { message: 'This form was out of date. Fill it in again.', field: 'email' };

/** The cookie of an interaction is not sent from other sites; this is for those of which a browser says nothing. */
function isOwnForm(interaction: Interaction, form: URLSearchParams): boolean {
  const [expected, given] = [Buffer.from(csrfOf(interaction)), Buffer.from(form.get('csrf') ?? '')];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** What only the page of this interaction knows: the provider's own secret of it. */
function csrfOf(interaction: Interaction): string {
  return (interaction as unknown as { cid: string }).cid;
}

async function showLogin(
  page: PageRequest,
  problems: readonly Problem[] = [],
  email?: string,
  status?: number,
) {
  const { interaction, provider, reply } = page;
  const { login_hint: hint, redirect_uri: next } = interaction.params as Record<string, string | undefined>;
  const text = loginPage({
    clientName: await clientNameOf(provider, interaction),
    csrf: csrfOf(interaction),
    email: (email ?? hint ?? '').slice(0, 320),
    problems,
  });
  return reply
    .code(status ?? (problems.length > 0 ? 422 : 200))
    .headers(pageHeaders(next))
    .send(text);
}

async function showSecondFactor(page: PageRequest, challenge: string, problems: readonly Problem[] = []) {
  const { interaction, provider, reply } = page;
  const text = secondFactorPage({
    clientName: await clientNameOf(provider, interaction),
    csrf: csrfOf(interaction),
    challenge,
    problems,
  });
  return reply
    .code(problems.length > 0 ? 422 : 200)
    .headers(pageHeaders(interaction.params.redirect_uri as string | undefined))
    .send(text);
}

/** Logs somebody in by the same code as `sessionCreate`, and is slowed down like it. */
async function logIn(page: PageRequest, form: URLSearchParams) {
  const email = (form.get('email') ?? '').slice(0, 320);
  const challenge = form.get('challenge');
  try {
    return challenge
      ? await proveAgain(page, challenge, form.get('code') ?? '')
      : await provePassword(page, email, form);
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions.code !== 'RATE_LIMITED') throw error;
    page.reply.header('retry-after', String(error.extensions.retryAfter));
    return showLogin(page, [{ message: error.message, field: null }], email, 429);
  }
}

async function provePassword(page: PageRequest, email: string, form: URLSearchParams) {
  const input = { email, password: form.get('password') ?? '' };
  const answer = (await sessionCreate(null, { input }, page.context)) as LogInAnswer;
  if (answer.session) return loggedIn(page, answer.session);
  if (answer.challenge) return showSecondFactor(page, answer.challenge.id);
  const problems = answer.userErrors.map(({ message }) => ({ message, field: 'email' }));
  return showLogin(page, problems, email);
}

async function proveAgain(page: PageRequest, challengeId: string, typed: string) {
  const code = typed.replace(/\s/g, '');
  const input = /^\d{6}$/.test(code) ? { challengeId, code } : { challengeId, recoveryCode: typed.trim() };
  const answer = (await sessionCreateComplete(null, { input }, page.context, null)) as LogInAnswer;
  if (answer.session) return loggedIn(page, answer.session);
  const problems = answer.userErrors.map(({ message }) => ({ message, field: 'code' }));
  const isOver = answer.userErrors.some((fault) => fault.code === 'INVALID_TOKEN');
  // Too many attempts, or too late: it begins anew, with the password.
  if (isOver)
    return showLogin(
      page,
      problems.map(({ message }) => ({ message, field: 'email' })),
    );
  return showSecondFactor(page, challengeId, problems);
}

/** What logging in answers, of which one is there. */
interface LogInAnswer {
  session?: Session;
  challenge?: { id: string };
  userErrors: readonly { code: string; message: string }[];
}

function loggedIn(page: PageRequest, session: Session) {
  return finish(page, {
    login: {
      accountId: encodeId('user', session.accountId),
      ts: Math.floor(session.authenticatedAt.getTime() / 1000),
      amr: session.amr,
      remember: true,
      sessionId: session.id,
    },
  } satisfies LoginResult);
}

/** What is asked for and was not answered before. */
interface Asked {
  missingOIDCScope?: string[];
  missingResourceScopes?: Record<string, string[]>;
}

async function showConsent({ provider, interaction, context, reply }: PageRequest) {
  const { params, session } = interaction;
  const account = await context.accounts.load(decodeId('user', session!.accountId));
  const asked = interaction.prompt.details as Asked;
  const ofGraph = Object.values(asked.missingResourceScopes ?? {}).flat();
  const redirectUri = params.redirect_uri ? String(params.redirect_uri) : null;
  const text = consentPage({
    clientName: await clientNameOf(provider, interaction),
    redirectUri,
    csrf: csrfOf(interaction),
    email: account?.email ?? '',
    scopes: [...(asked.missingOIDCScope ?? []), ...ofGraph.filter((scope) => mayGive(account, scope))],
  });
  return reply.headers(pageHeaders(redirectUri ?? undefined)).send(text);
}

/** Keeps what a person has allowed, as a session of theirs that the client holds. */
async function consent(page: PageRequest) {
  const { provider, interaction, context } = page;
  const { params, session, grantId } = interaction;
  const { accountId, uid } = session!;
  const login = await context.database.session.findUnique({ where: { browserId: uid } });
  const account = await context.accounts.load(decodeId('user', accountId));
  if (!login || !account || !isSessionOpen(login, new Date()))
    return finish(page, { error: 'login_required' });

  const client = String(params.client_id);
  const known = grantId ? await provider.Grant.find(grantId) : undefined;
  const id = known?.jti ?? encodeId('session', newId());
  const grant = known ?? new provider.Grant({ accountId, clientId: client, jti: id } as never);
  const asked = interaction.prompt.details as Asked;
  if (asked.missingOIDCScope) grant.addOIDCScope(asked.missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(asked.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.filter((scope) => mayGive(account, scope)).join(' '));
    // Asked for and answered, so that nobody is asked again for what they cannot give.
    grant.rejectResourceScope(resource, scopes.filter((scope) => !mayGive(account, scope)).join(' '));
  }
  const resources = Object.keys(grant.resources ?? {}).map((resource) => grant.getResourceScope(resource));
  const scopes = [grant.getOIDCScope(), ...resources].join(' ').split(' ').filter(Boolean);

  await context.database.$transaction(async (transaction) => {
    const { authenticatedAt, amr } = login;
    const [sessionId, clientId] = [decodeId('session', id), decodeId('oauth_client', client)];
    const consented = { sessionId, accountId: account.id, clientId, scopes, authenticatedAt, amr };
    await openGrant(transaction, consented, context);
    const mine = { userId: account.id, actorId: account.id, by: context, sessionId };
    await raiseSecurityEvent(transaction, {
      kind: 'OAUTH_CONSENT_GRANTED',
      ...mine,
      details: { client, scopes },
    });
  });
  return finish(page, { consent: { grantId: await grant.save() } });
}

function mayGive(account: { scopes: readonly string[] } | null, scope: string): boolean {
  return scope === 'kronos' || account?.scopes.includes(scope) === true;
}

async function clientNameOf(provider: Provider, { params }: Interaction): Promise<string> {
  const client = await provider.Client.find(String(params.client_id));
  return client?.clientName ?? String(params.client_id);
}

async function finish({ provider, request, reply }: PageRequest, result: InteractionResults) {
  reply.hijack();
  const mergeWithLastSubmission = !('login' in result) && !('error' in result);
  await provider.interactionFinished(request.raw, reply.raw, result, { mergeWithLastSubmission });
}
