/** Who has sent a request, as far as the access token says. */
export interface Caller {
  /** What is the same for the same token, and safe to keep: its hash, or `anonymous`. */
  key: string;
  viewer: Viewer | null;
}

/** The person behind a verified access token. */
export interface Viewer {
  /** TypeID, e.g. `user_…`. */
  userId: string;
  /** TypeID, e.g. `session_…`; null when the token belongs to no session. */
  sessionId: string | null;
  scopes: ReadonlySet<string>;
  roles: readonly string[];
  /** When the token expires, in seconds since the epoch. */
  tokenExp: number;
}

/** A caller without a token, and every caller of a gateway that verifies none. */
export const anonymous: Caller = { key: 'anonymous', viewer: null };
