/** Who has sent a request, as far as the access token says. */
export interface Caller {
  /** What is the same for the same token, and safe to keep: its hash, or `anonymous`. */
  key: string;
  viewer: Viewer | null;
}

/** The person behind a verified access token, or the service that has come in its own name. */
export interface Viewer {
  /** TypeID of the person, e.g. `user_…`; of a service it is that of its OAuth client, `oauth_client_…`. */
  userId: string;
  /** Whether no person stands behind the token: it was given for client credentials (RFC 6749, 4.4). */
  isService: boolean;
  /** TypeID of the OAuth client that the token was given to; null for a person's own login. */
  clientId: string | null;
  /** The API token that the request came with; absent without one. */
  apiToken?: ApiToken;
  /** That somebody else acts under the person's name; absent when they do it themselves. */
  impersonation?: Impersonation;
  /** TypeID, e.g. `session_…`; null when the token belongs to no session. */
  sessionId: string | null;
  scopes: ReadonlySet<string>;
  roles: readonly string[];
  /** When the token expires, in seconds since the epoch. */
  tokenExp: number;
  /** When the person last proved who they are (`auth_time`), in seconds since the epoch; null when nobody has. */
  authTime: number | null;
  /** By what they proved it (`amr`), in the names of RFC 8176. */
  amr: readonly string[];
  /** Whether they have a second factor, which dangerous changes then want. */
  hasSecondFactor: boolean;
}

/** A person's token for their own programs. */
export interface ApiToken {
  /** TypeID, `api_token_…`. */
  id: string;
  /** SHA-256 of the only documents that it is good for, in hexadecimal; undefined for any. */
  operations: ReadonlySet<string> | undefined;
}

/** That somebody acts under the name of another (`act` of RFC 8693). */
export interface Impersonation {
  /** TypeID, `impersonation_…`. */
  id: string;
  /** Who really acts, and the session in which they began: it ends with that. */
  actorId: string;
  actorSessionId: string;
}

/** The ids of everything whose end makes the token worthless before its time. */
export function credentialsOf({ sessionId, apiToken, impersonation }: Viewer): string[] {
  const { id, actorSessionId } = impersonation ?? {};
  return [sessionId, apiToken?.id, id, actorSessionId].filter((name) => typeof name === 'string');
}

/** A caller without a token, and every caller of a gateway that verifies none. */
export const anonymous: Caller = { key: 'anonymous', viewer: null };
