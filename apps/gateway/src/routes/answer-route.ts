import { codedError } from '@kronos/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../access/authenticate.ts';
import type { Viewer } from '../access/caller.ts';
import { createContext, type GatewayContext } from '../context.ts';
import { type AnswerJsonOptions, obtainAnswer } from '../http/answer-json.ts';
import { bodyOf, JsonBody } from '../http/json-body.ts';
import type { OperationRequest } from '../http/operation-request.ts';
import type { Account } from '../quotas/account.ts';
import type { Accounts } from '../quotas/accounts.ts';
import { chargeRefused } from '../quotas/charge-refused.ts';
import { clientKeyHeader, type IdentifyClient } from '../rules/identify-client.ts';
import { personalBody } from '../sharing/personal-answer.ts';
import type { PreparedRoute } from './prepare-route.ts';
import { readResult } from './read-result.ts';
import { readVariables } from './read-variables.ts';
import { formatThrown, restErrorOf } from './rest-error.ts';
import type { RouteMatch } from './route-table.ts';
import { sendRest } from './send-rest.ts';
import { statusOfError } from './status-of-code.ts';

export interface AnswerRouteOptions extends AnswerJsonOptions {
  authenticate: Authenticate;
  identifyClient: IdentifyClient;
  /** Undefined when callers have no quotas. */
  accounts: Accounts | undefined;
  /** Headers that subgraphs get as they came. */
  forwardHeaders: readonly string[];
}

/** Answers a request to a REST route by running the route's operation, as `POST /graphql` would; gives the status. */
export async function answerRoute(
  request: FastifyRequest,
  reply: FastifyReply,
  match: RouteMatch,
  options: AnswerRouteOptions,
): Promise<number> {
  const { prepared } = match;
  const { route } = prepared;
  const { authenticate, identifyClient, accounts, forwardHeaders } = options;
  let account: Account | undefined;
  try {
    const caller = await authenticate(request.headers.authorization, request.ip);
    const client = identifyClient(request.headers[clientKeyHeader]);
    const context: GatewayContext = createContext(request, caller, client, forwardHeaders);
    context.route = { id: route.id, policyId: route.policyId };
    account = context.account = accounts?.open(context, reply);
    requireScopes(route.requiredScopes, caller.viewer);
    const operation = toOperation(request, prepared.document, variablesOf(request, match));
    const answer = await obtainAnswer(operation, reply.raw, context, options);
    const result = JSON.parse(personalBody(answer, context).toString());
    return sendRest(reply, readResult(prepared, result, request.id), answer);
  } catch (error) {
    account ??= accounts?.openStrangers(request.ip, reply);
    const formatted = formatThrown(account ? await chargeRefused(account, error) : error);
    const status = statusOfError(String(formatted.extensions?.code));
    return sendRest(reply, restErrorOf(status, request.id, formatted));
  }
}

function requireScopes(requiredScopes: readonly string[], viewer: Viewer | null): void {
  if (requiredScopes.length === 0) return;
  const details = { requiredScopes };
  if (!viewer)
    throw codedError('This is only for those who are logged in.', { code: 'UNAUTHENTICATED', details });
  if (requiredScopes.every((scope) => viewer.scopes.has(scope))) return;
  throw codedError('You may not do this.', { code: 'FORBIDDEN', details });
}

function variablesOf(request: FastifyRequest, { prepared, parameters: path }: RouteMatch) {
  const query = new URL(request.url, 'http://localhost').searchParams;
  const { values, faults } = readVariables(prepared, { path, query, body: bodyOf(request) });
  if (faults.length === 0) return values;
  throw codedError(faults.map(({ message }) => message).join(' '), {
    code: 'BAD_USER_INPUT',
    details: { parameters: faults },
  });
}

/** The operation as a client of the graph would have posted it. */
function toOperation(
  { id, log, url, headers }: FastifyRequest,
  query: PreparedRoute['document'],
  variables: Record<string, unknown>,
): OperationRequest {
  const value = { query, variables };
  return {
    id,
    log,
    url,
    method: 'POST',
    headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
    body: new JsonBody(JSON.stringify(value), () => value),
  };
}
