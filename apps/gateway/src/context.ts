import {
  clientSignal,
  type Engine,
  type PartsSlot,
  partsSlot,
  type SubscriptionSlot,
  subscriptionSlot,
  type Withheld,
} from '@kronos/engine';
import type { FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import type { Caller } from './access/caller.ts';
import type { EntityReading } from './caching/cached-entities.ts';
import type { Changes } from './caching/changes.ts';
import { requestScope } from './errors/request-scope.ts';
import type { AnswerNotes } from './headers/answer-notes.ts';
import { pickHeaders } from './headers/forward.ts';
import type { Account } from './quotas/account.ts';
import type { Client } from './rules/identify-client.ts';
import { newTrace, type RequestTrace, readRequestTrace } from './telemetry/request-trace.ts';

/** What an operation costs, in points. */
export interface CostOfOperation {
  /** Whatever data it gives. */
  base: number;
  /** At most, told before it is executed. */
  estimated: number;
  /** The most that an operation of this caller may cost; undefined when there is no limit. */
  maximum: number | undefined;
  /** Known when all of it has been executed. */
  actual?: number;
}

/** The context value of an operation. */
export interface GatewayContext {
  /** When the request came, by `performance.now()`. */
  startedAt: number;
  caller: Caller;
  /** The client application that the caller has named itself as; null for none. */
  client: Client | null;
  /** Present when a REST route is answered: what its operation is, an administrator has decided. */
  route?: { id: string; policyId: string | null };
  /** What the request is paid from; undefined when callers have no quotas. */
  account?: Account;
  /** The caller's header as it came, for gateways that verify nothing. */
  authorization: string | undefined;
  requestId: string;
  /** The trace that everything belongs to which is done for it. */
  trace: RequestTrace;
  clientAddress: string;
  userAgent: string | undefined;
  /** The client's headers that subgraphs get as they came. */
  forwarded: Record<string, string>;
  /** Whether the request is a GET, however it is served. */
  isGet?: boolean;
  /** Present when the operation is answered once, so that headers of subgraphs' answers can be passed on. */
  notes?: AnswerNotes;
  /** What was decided of the operation, as soon as it is known which one it is. */
  judgement?: { refusal: GraphQLError | undefined };
  /** What the caller may not see of the operation; undefined when that is nothing. */
  withheld?: Withheld;
  /** Present when the operation has been admitted. */
  cost?: CostOfOperation;
  /** Present while a query is executed in a graph of which something is cached. */
  entities?: EntityReading;
  /** Present while an answer for the cache is computed: tags of what it is made of beside what stands in it. */
  reading?: Set<string>;
  /** Present while a mutation is executed in a graph of which something is cached. */
  changes?: Changes;
  /** What executing the operation gave, when that has happened before Apollo Server was asked. */
  executed?: ReturnType<Engine['execute']>;
  /** Aborts when nobody waits for the answer any more. */
  [clientSignal]?: AbortSignal;
  /** Present when the request can carry a stream. */
  [subscriptionSlot]?: SubscriptionSlot;
  /** Present when the answer may come in parts. */
  [partsSlot]?: PartsSlot;
}

const maxAgentLength = 512;

/**
 * What is known of a request. Of `x-kronos-*` headers only the client's key is taken, before this: the others are what we
 * tell subgraphs.
 *
 * @param forward the headers that subgraphs get as they came
 */
export function createContext(
  request: FastifyRequest,
  caller: Caller,
  client: Client | null,
  forward: readonly string[],
): GatewayContext {
  return {
    startedAt: performance.now(),
    caller,
    client,
    authorization: request.headers.authorization,
    requestId: request.id,
    trace: requestScope.getStore()?.trace ?? readRequestTrace(request),
    clientAddress: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, maxAgentLength),
    forwarded: pickHeaders(forward, request.headers),
  };
}

/** The context of what the gateway does on its own behalf, such as looking whether subgraphs answer. */
export function ownContext(caller: Caller): GatewayContext {
  return {
    startedAt: performance.now(),
    caller,
    client: null,
    authorization: undefined,
    requestId: 'gateway',
    trace: newTrace(),
    clientAddress: '127.0.0.1',
    userAgent: undefined,
    forwarded: {},
  };
}
