import { testMasterKeys } from '@kronos/sealing/testing';
import type { FastifyInstance } from 'fastify';
import { createSubgraphApp } from '../app.ts';
import type { Impersonation } from '../caller.ts';
import { encodeId, newId } from '../ids.ts';
import type { CreateSubgraph } from '../serve-subgraph.ts';
import type { Subgraph } from '../subgraph.ts';
import { createVerifyCaller } from '../verify-caller.ts';
import { createTestGateway, type TestGateway } from './internal-token.ts';
import { openTestStream, type TestResult, type TestStream } from './test-stream.ts';

/** Who asks; what is omitted is made up, so that `{}` is somebody without rights. With `serviceId` it is no person. */
export interface Actor {
  /** A UUID. */
  userId?: string;
  /** A UUID. */
  sessionId?: string;
  scopes?: readonly string[];
  roles?: readonly string[];
  /** When they last proved who they are; now, when omitted; null for a caller that is no person. */
  authenticatedAt?: Date | null;
  /** By what they proved it; by a password, when omitted. */
  amr?: readonly string[];
  hasSecondFactor?: boolean;
  /** The OAuth client by which the person acts: a UUID. */
  clientId?: string;
  /** The OAuth client that calls in its own name: a UUID. */
  serviceId?: string;
  /** The API token that the request came with: a UUID. There is no session then. */
  apiTokenId?: string;
  /** Who acts under this person's name. There is no session then. */
  impersonation?: Impersonation;
  /** When the caller's own token expires. */
  tokenExpiresAt?: Date;
}

/** A subgraph behind its real HTTP handler. */
export interface TestSubgraph extends AsyncDisposable {
  subgraph: Subgraph;
  app: FastifyInstance;
  /** The header that the gateway sends in someone's name, for a domain's own routes; a stranger's when `as` is omitted. */
  authorization(as?: Actor): Promise<string>;
  /** Executes a query or a mutation, anonymously when `as` is omitted. */
  execute(document: string, variables?: object, as?: Actor): Promise<TestResult>;
  /** Starts a subscription; once it has resolved, every later event arrives. */
  subscribe(document: string, variables?: object, as?: Actor, after?: string): Promise<TestStream>;
}

/**
 * A subgraph as the gateway sees it, with a signing key of its own.
 *
 * @param environment must name the domain's database and Redis; what every process needs is added
 */
export async function createTestSubgraph(
  createSubgraph: CreateSubgraph,
  environment: NodeJS.ProcessEnv = {},
): Promise<TestSubgraph> {
  await using opened = new AsyncDisposableStack();
  const gateway = opened.use(await createTestGateway());
  const subgraph = await createSubgraph({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    KRONOS_INTERNAL_JWKS_FILE: gateway.jwksFile,
    KRONOS_MASTER_KEYS: testMasterKeys,
    ...environment,
  });
  opened.defer(() => subgraph.close());
  const verifyCaller = createVerifyCaller({ jwksFile: gateway.jwksFile, logger: subgraph.logger });
  const app = createSubgraphApp(subgraph, { verifyCaller });
  opened.defer(() => app.close());
  let address: Promise<string> | undefined;
  const everything = opened.move();

  return {
    subgraph,
    app,
    authorization: (as) => authorization(gateway, as),
    async execute(query, variables, as) {
      const response = await app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: await authorization(gateway, as) },
        payload: { query, variables },
      });
      return response.json();
    },
    async subscribe(query, variables, as, after) {
      address ??= app.listen({ host: '127.0.0.1', port: 0 });
      const headers = { authorization: await authorization(gateway, as) };
      return openTestStream(`${await address}/graphql`, { query, variables }, headers, after);
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function authorization(gateway: TestGateway, actor: Actor | undefined): Promise<string> {
  if (!actor) return `Bearer ${await gateway.sign({})}`;
  const token = await gateway.sign({
    ...subjectOf(actor),
    scope: (actor.scopes ?? []).join(' '),
    auth_time: secondsOf(actor.authenticatedAt === undefined ? new Date() : actor.authenticatedAt),
    amr: actor.amr ?? ['pwd'],
    mfa_enrolled: actor.hasSecondFactor ?? false,
    tokenExp: Math.ceil((actor.tokenExpiresAt?.getTime() ?? Date.now() + 900_000) / 1000),
  });
  return `Bearer ${token}`;
}

function secondsOf(moment: Date | null): number | undefined {
  return moment ? Math.floor(moment.getTime() / 1000) : undefined;
}

function subjectOf(actor: Actor) {
  const { userId, sessionId, roles, clientId, serviceId, apiTokenId, impersonation } = actor;
  if (serviceId) {
    const id = encodeId('oauth_client', serviceId);
    return { sub: id, client_id: id, roles: roles ?? ['service'] };
  }
  return {
    sub: encodeId('user', userId ?? newId()),
    sid: encodeId('session', sessionId ?? newId()),
    roles: roles ?? ['user'],
    ...(clientId && { client_id: encodeId('oauth_client', clientId) }),
    ...(apiTokenId && { sid: undefined, api_token: encodeId('api_token', apiTokenId) }),
    ...(impersonation && {
      sid: undefined,
      act: { sub: encodeId('user', impersonation.actorId) },
      impersonation: encodeId('impersonation', impersonation.id),
    }),
  };
}
