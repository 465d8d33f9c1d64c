import type { Logger } from '@kronos/service';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql';
import type { Registry } from 'prom-client';
import type { Caller, RequestContext } from './caller.ts';
import type { VerifyCaller } from './verify-caller.ts';

/** An operation as it arrives. */
export interface GraphQLRequest {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

/** Which parts can serve: true, or the reason why not. */
export type Readiness = Record<string, true | string>;

/** One answer of a subscription. */
export interface SubscriptionMessage {
  /** Where the stream goes on after this message; absent on a final error. */
  cursor?: string;
  /** When it happened, in RFC 3339; absent on a final error. */
  occurredAt?: string;
  /** W3C trace context of what the event is part of; absent when that was not traced. */
  traceparent?: string;
  result: FormattedExecutionResult;
}

/**
 * The answers of a running subscription. It is pulled: the next event is taken up when the next answer is asked for.
 * The end of the iteration is final; a rejection with `StreamCutError` asks to resume after the last cursor.
 */
export interface SubscriptionStream extends AsyncIterableIterator<SubscriptionMessage> {
  /** The cursor up to which everything has been delivered or was not for this subscriber; moves without messages too. */
  readonly position: string;
  next(): Promise<IteratorResult<SubscriptionMessage, undefined>>;
  return(): Promise<IteratorResult<SubscriptionMessage, undefined>>;
  [Symbol.asyncIterator](): SubscriptionStream;
}

/** A running subscription, or why it was refused. */
export type SubscriptionResult = SubscriptionStream | Required<Pick<FormattedExecutionResult, 'errors'>>;

/** The subgraph is closing, and the subscription can be resumed after the last cursor. */
export class StreamCutError extends Error {
  override readonly name = 'StreamCutError';
}

/** One domain's part of the graph, ready to execute; it does not listen. */
export interface Subgraph {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Executes a query or a mutation. Never rejects: every fault is in the result. */
  execute(request: GraphQLRequest, caller: Caller): Promise<FormattedExecutionResult>;
  /**
   * Starts a subscription. Never rejects: every fault is in the result.
   *
   * @param after the cursor of the last message received; from now on when omitted
   */
  subscribe(request: GraphQLRequest, caller: Caller, after?: string): Promise<SubscriptionResult>;
  readiness(): Promise<Readiness>;
  /** What `/health` answers, as long as the process lives, in place of what every process says. */
  health?(): Promise<object>;
  /** Adds the domain's own HTTP routes. */
  routes?(app: FastifyInstance, tools: RouteTools): void;
  /** Cuts running subscriptions, then closes what the domain has opened. */
  close(): Promise<void>;
}

/** What a domain's own HTTP routes can stand on. */
export interface RouteTools {
  /** For a route's `onRequest`: refuses whoever has no internal token of the gateway, as `/graphql` does. */
  requireCaller: onRequestAsyncHookHandler;
  /** Who calls, for a route at which the gateway's token comes by another header than `authorization`. */
  verifyCaller: VerifyCaller;
}

/** What makes a subgraph. */
export interface SubgraphOptions<C extends RequestContext> {
  /** The domain, as it stands in `supergraph.yaml`. */
  name: string;
  /** The domain's `schema.graphql`. */
  schemaFile: URL;
  resolvers: object;
  /** Adds what the domain's resolvers need: loaders, the database. Called once per request and once per event. */
  createContext(request: RequestContext): C;
  readiness(): Promise<Readiness>;
  /** What `/health` answers, as long as the process lives, in place of what every process says. */
  health?(): Promise<object>;
  routes?(app: FastifyInstance, tools: RouteTools): void;
  /** Closes what the domain has opened. */
  close(): Promise<void>;
  logger: Logger;
  metrics: Registry;
}
