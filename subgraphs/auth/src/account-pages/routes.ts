import { isDatabaseAway, type RouteTools, UserFaults } from '@kronos/subgraph';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { linkActions, type TokenPurpose } from '../account-token.rules.ts';
import { findToken } from '../account-token.ts';
import { type Context, createContext, type Services } from '../context.ts';
import { pageHeaders } from '../pages/layout.ts';
import { callerPassedOn } from '../passed-on.ts';
import { accountActions } from './actions.ts';
import { askPage, awayPage, donePage, refusalPage } from './pages.ts';

/** Far more than a token and a password have. */
const bodyLimit = 16 * 1024;

/**
 * The pages that links of letters lead to, at `/account/{action}`. Opening one changes nothing, for mail scanners open links:
 * it is the form on it that does, by the code of the mutation. The token is the only right that there is to it: no cookie is
 * read, so a form of another site could do no more than its maker.
 */
export function addAccountPages(app: FastifyInstance, tools: RouteTools, services: Services): void {
  app.register(async (pages) => {
    pages.removeAllContentTypeParsers();
    pages.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit },
      (_request, body, done) => done(null, body),
    );
    pages.setErrorHandler(showError);
    for (const purpose of Object.keys(linkActions) as TokenPurpose[]) {
      const path = `/account/${linkActions[purpose]}`;
      pages.get(path, async (request, reply) => {
        await callerPassedOn(request, tools.verifyCaller);
        return ask(purpose, path, request, reply);
      });
      pages.post(path, async (request, reply) => {
        const caller = await callerPassedOn(request, tools.verifyCaller);
        const context = createContext(services, { ...caller, logger: request.log as Context['logger'] });
        return act(purpose, path, context, request, reply);
      });
    }
  });

  async function ask(purpose: TokenPurpose, path: string, request: FastifyRequest, reply: FastifyReply) {
    const action = accountActions[purpose];
    const { token: given } = request.query as Record<string, unknown>;
    const token = typeof given === 'string' ? given : '';
    try {
      await findToken(services.database, token, purpose);
    } catch (error) {
      if (!(error instanceof UserFaults)) throw error;
      return show(reply, 422, refusalPage(action, messagesOf(error.faults)));
    }
    return show(reply, 200, askPage(action, { path, token, faults: [] }));
  }

  async function act(
    purpose: TokenPurpose,
    path: string,
    context: Context,
    request: FastifyRequest,
    reply: FastifyReply,
  ) {
    const action = accountActions[purpose];
    if (!isOwnForm(request, services.oauth.publicUrl)) {
      return show(reply, 403, refusalPage(action, ['This form was sent by another site.']));
    }
    const fields = new URLSearchParams(String(request.body ?? ''));
    const form = { token: fields.get('token') ?? '', newPassword: fields.get('newPassword') ?? '' };
    const { userErrors } = await action.run(form, context);
    if (userErrors.length === 0) return show(reply, 200, donePage(action));
    const faults = userErrors.filter(({ field }) => field?.includes('newPassword'));
    const text =
      faults.length > 0
        ? askPage(action, { path, token: form.token, faults: messagesOf(faults) })
        : refusalPage(action, messagesOf(userErrors));
    return show(reply, 422, text);
  }
}

/**
 * Whether a form comes from a page of ours, as far as its browser tells. With `no-referrer`, which keeps the token from other
 * sites, the origin of our own forms is `null`: https://fetch.spec.whatwg.org/#append-a-request-origin-header
 */
function isOwnForm({ headers }: FastifyRequest, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin = 'null' } = headers;
  return origin === 'null' || origin === new URL(publicUrl).origin;
}

function messagesOf(faults: readonly { message: string }[]): string[] {
  return faults.map(({ message }) => message);
}

function show(reply: FastifyReply, status: number, text: string) {
  return reply.code(status).headers(pageHeaders()).send(text);
}

function showError(error: Error, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof GraphQLError && error.extensions.code === 'UNAUTHENTICATED') {
    return reply.code(401).send({ errors: [error.toJSON()] });
  }
  if (!isDatabaseAway(error)) throw error;
  request.log.warn({ err: error }, 'database away');
  return show(reply.header('retry-after', '2'), 503, awayPage());
}
