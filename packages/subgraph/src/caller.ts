import type { Logger } from '@kronos/service';

/** The person on whose behalf a request is made. */
export interface Viewer {
  /** A UUID. */
  userId: string;
  /** A UUID; null when the right to call does not stem from a session. */
  sessionId: string | null;
  scopes: ReadonlySet<string>;
  roles: readonly string[];
  /** When the person last proved who they are, which a refresh does not; null when no person has. */
  authenticatedAt: Date | null;
  /** By what they proved it, in the names of RFC 8176: `pwd`, `otp`, `hwk`; `mfa` when by two things of different kinds. */
  amr: readonly string[];
  /** Whether their account has a second factor, without which `requireRecentLogin` then takes no proof. */
  hasSecondFactor: boolean;
  /** The UUID of the OAuth client by which the person acts, with no more rights than it was given; absent without one. */
  clientId?: string;
  /** The UUID of the API token that the request came with, with no more rights than it was given; absent without one. */
  apiTokenId?: string;
  /** The administrator who acts under the person's name; absent when the person does it themselves. */
  impersonation?: Impersonation;
}

/** That somebody acts under the name of another (`act` of RFC 8693). */
export interface Impersonation {
  /** A UUID. */
  id: string;
  /** Who really acts: a UUID. Whatever is written down about a change names this person. */
  actorId: string;
}

/** A program that calls in its own name, by client credentials (RFC 6749, 4.4): no person stands behind the request. */
export interface Service {
  /** The UUID of its OAuth client. */
  clientId: string;
  scopes: ReadonlySet<string>;
}

/** Who calls, as the gateway's internal token and the headers beside it say. */
export interface Caller {
  /** Null for an anonymous caller, and for a service. */
  viewer: Viewer | null;
  /** Absent for a person, and for an anonymous caller. */
  service?: Service;
  requestId: string;
  clientAddress: string;
  userAgent: string | null;
  /** The UUID of the client application that sent the request, as the gateway knows it; null for none. */
  clientApplicationId: string | null;
  /** W3C trace context. */
  traceparent: string | null;
  tracestate?: string;
  /** When the caller's own token expires, which ends their subscriptions; never, when omitted. */
  tokenExpiresAt?: Date;
}

/** What a subgraph's context is made from: once per request, and anew for every event of a subscription. */
export interface RequestContext extends Caller {
  /** Adds the ids of request and trace to every line. */
  logger: Logger;
}
