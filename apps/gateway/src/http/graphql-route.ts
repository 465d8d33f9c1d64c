import { type SubscriptionSlot, subscriptionSlot } from '@kronos/engine';
import { readOn } from '@kronos/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Authenticate } from '../access/authenticate.ts';
import { createContext, type GatewayContext } from '../context.ts';
import { answerInParts } from '../defer/answer-in-parts.ts';
import { wantsParts } from '../defer/wants-parts.ts';
import { requestScope, scopeOf } from '../errors/request-scope.ts';
import { refuseConditionalSubscription } from '../limits/conditional-subscription.ts';
import type { LimitMetrics } from '../limits/metrics.ts';
import { bodyTooLarge } from '../limits/refuse-large-body.ts';
import type { Account } from '../quotas/account.ts';
import type { Accounts } from '../quotas/accounts.ts';
import { chargeRefused } from '../quotas/charge-refused.ts';
import { clientKeyHeader, type IdentifyClient } from '../rules/identify-client.ts';
import { answerSingle, isOfSingleConnection } from '../single/answer-single.ts';
import type { SingleConnections } from '../single/single-connections.ts';
import { readGetOperation } from '../stream/get-operation.ts';
import { negotiate } from '../stream/negotiate.ts';
import type { StreamProtocol } from '../stream/protocol.ts';
import { readCursor } from '../stream/read-cursor.ts';
import type { Streams } from '../stream/streams.ts';
import { type AnswerJsonOptions, answerJson } from './answer-json.ts';
import { toApolloRequest } from './apollo-request.ts';
import { bodyOf, readJsonBodies } from './json-body.ts';
import { mediaTypeFor } from './media-type.ts';
import { sendError } from './send-errors.ts';
import { sendStream } from './send-stream.ts';

export interface GraphqlRouteOptions extends AnswerJsonOptions {
  authenticate: Authenticate;
  identifyClient: IdentifyClient;
  /** Undefined when callers have no quotas. */
  accounts?: Accounts;
  streams: Streams;
  singleConnections: SingleConnections;
  /** Headers that subgraphs get as they came. */
  forwardHeaders: readonly string[];
  maxBodyBytes: number;
  limitMetrics: Pick<LimitMetrics, 'refused'>;
}

/** GraphQL over HTTP at `/graphql`: JSON, or a stream or deferred parts when the `accept` header asks for that. */
export function graphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  const { server, authenticate, identifyClient, accounts, streams, maxTokens, forwardHeaders } = options;
  readJsonBodies(app);

  function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
    if (error instanceof GraphQLError) options.limitMetrics.refused(error);
    sendError(request, reply, error);
  }

  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    async errorHandler(error, request, reply) {
      const refused = bodyTooLarge(error, request, options.maxBodyBytes);
      if (!refused) throw error;
      readOn(reply);
      requestScope.run(scopeOf(request), () => refuse(request, reply, refused));
      return reply;
    },
    async handler(request, reply) {
      await requestScope.run(scopeOf(request), async () => {
        let account: Account | undefined;
        try {
          if (wantsPage(request)) return reply.redirect('/');
          const caller = await authenticate(request.headers.authorization, request.ip);
          const client = identifyClient(request.headers[clientKeyHeader]);
          const context = createContext(request, caller, client, forwardHeaders);
          account = context.account = accounts?.open(context, reply);
          if (isOfSingleConnection(request)) return await answerSingle(request, reply, context, options);
          const protocol = negotiate(request.headers.accept);
          const isStream = protocol && (request.method === 'POST' || request.method === 'GET');
          if (isStream) await answerStream(request, reply, context, protocol);
          else if (wantsParts(request.headers.accept)) await answerInParts(request, reply, context, options);
          else await answerJson(request, reply, context, options);
        } catch (error) {
          account ??= accounts?.openStrangers(request.ip, reply);
          refuse(request, reply, account ? await chargeRefused(account, error) : error);
        }
      });
      return reply;
    },
  });

  async function answerStream(
    request: FastifyRequest,
    reply: FastifyReply,
    context: GatewayContext,
    protocol: StreamProtocol,
  ) {
    await context.account?.enter();
    const body = request.method === 'GET' ? readGetOperation(request, maxTokens) : bodyOf(request);
    refuseConditionalSubscription(body, maxTokens);
    const after = readCursor(request.headers['last-event-id'], body);
    const release = streams.reserve(context);
    try {
      const slot: SubscriptionSlot = {};
      // The whole pipeline of a POST applies; a subscription leaves its plan in the slot.
      const answer = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: toApolloRequest(request, {
          method: 'POST',
          body,
          accept: mediaTypeFor(request.headers.accept),
        }),
        context: async () => ({ ...context, isGet: request.method === 'GET', [subscriptionSlot]: slot }),
      });
      const { planned } = slot;
      const run =
        planned &&
        ((response: typeof reply.raw) => {
          const scope = requestScope.getStore()!;
          return streams.run({ planned, protocol, context, after, scope }, response);
        });
      await sendStream(reply, protocol, answer, run);
    } finally {
      release();
    }
  }
}

function wantsPage({ method, headers, url }: FastifyRequest): boolean {
  const accept = headers.accept ?? '';
  return method === 'GET' && !url.includes('?') && accept.startsWith('text/html');
}
